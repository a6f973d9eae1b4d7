package main

import (
	"math/big"
	"sync"
)

// value is v(c, i) of ../README.md.
func value(ciphertext, slot int) int64 {
	return int64((7919*slot+104729*ciphertext)%65537 - 32768)
}

func vectorOf(ciphertext, slots int) []int64 {
	vector := make([]int64, slots)
	for i := range vector {
		vector[i] = value(ciphertext, i)
	}
	return vector
}

// checksum is Σ (i + 1)·w(i).
func checksum(vector []int64) string {
	total, term := new(big.Int), new(big.Int)
	for i, w := range vector {
		total.Add(total, term.Mul(big.NewInt(int64(i+1)), big.NewInt(w)))
	}
	return total.String()
}

// spread calls act(worker, item) for each of count items, on so many goroutines.
func spread(workers, count int, act func(worker, item int)) {
	if workers == 1 {
		for item := 0; item < count; item++ {
			act(0, item)
		}
		return
	}
	var done sync.WaitGroup
	for worker := 0; worker < workers; worker++ {
		done.Add(1)
		go func() {
			defer done.Done()
			for item := worker; item < count; item += workers {
				act(worker, item)
			}
		}()
	}
	done.Wait()
}
