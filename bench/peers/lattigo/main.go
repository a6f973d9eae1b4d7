// Lattigo beside Strongroom, over the protocol of ../README.md.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"sort"
	"time"
)

const version = "6.1.1"

// size has what a benchmark needs; integers that may pass 2^53 are decimal strings.
type size struct {
	RingDegree    int      `json:"ringDegree"`
	DataPrimes    []string `json:"dataPrimes"`
	SpecialPrime  string   `json:"specialPrime"`
	PlainModulus  string   `json:"plainModulus"`
	ScaleBits     int      `json:"scaleBits"`
	Ciphertexts   int      `json:"ciphertexts"`
	Threads       int      `json:"threads"`
	Holders       int      `json:"holders"`
	SmudgingBound string   `json:"smudgingBound"`
}

type request struct {
	Run  string          `json:"run"`
	Size json.RawMessage `json:"size"`
}

type measured struct {
	Seconds float64 `json:"seconds"`
	Units   int     `json:"units"`
	Answer  any     `json:"answer"`
	Note    string  `json:"note,omitempty"`
}

// benchmarks by name; each measures once.
var benchmarks = map[string]func(size) (measured, error){}

func main() {
	out := json.NewEncoder(os.Stdout)
	names := make([]string, 0, len(benchmarks))
	for name := range benchmarks {
		names = append(names, name)
	}
	sort.Strings(names)
	must(out.Encode(map[string]any{"peer": "lattigo", "version": version, "benchmarks": names}))
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		answer, err := run(line)
		if err != nil {
			must(out.Encode(map[string]any{"error": err.Error()}))
			continue
		}
		must(out.Encode(answer))
	}
}

func run(line []byte) (answer measured, err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			err = fmt.Errorf("%v", thrown)
		}
	}()
	var asked request
	if err = json.Unmarshal(line, &asked); err != nil {
		return
	}
	benchmark, known := benchmarks[asked.Run]
	if !known {
		return answer, fmt.Errorf("there is no benchmark %q", asked.Run)
	}
	of := size{Threads: 1, Holders: 3, Ciphertexts: 1}
	if err = json.Unmarshal(asked.Size, &of); err != nil {
		return
	}
	// The collector too has no more threads than were asked for.
	runtime.GOMAXPROCS(of.Threads)
	return benchmark(of)
}

// timed runs act once, with the heap swept before.
func timed(act func()) float64 {
	runtime.GC()
	started := time.Now()
	act()
	return time.Since(started).Seconds()
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
