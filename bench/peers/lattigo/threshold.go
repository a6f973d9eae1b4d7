package main

import (
	"github.com/tuneinsight/lattigo/v6/core/rlwe"
	"github.com/tuneinsight/lattigo/v6/multiparty"
	"github.com/tuneinsight/lattigo/v6/schemes/bgv"
)

func init() {
	benchmarks["bfv/partial-decryption"] = bfvPartialDecryption
	benchmarks["bfv/combine"] = bfvCombine
	benchmarks["bfv/joint-key"] = bfvJointKey
	benchmarks["bfv/relinearisation-key"] = bfvRelinearisationKey
}

// decryption is KeySwitch to the key 0, with noise that floods.
type decryption struct {
	protocol multiparty.KeySwitchProtocol
	zero     *rlwe.SecretKey
}

func newDecryption(params rlwe.Parameters, smudgingBound string) decryption {
	protocol, err := multiparty.NewKeySwitchProtocol(params, flooding(smudgingBound))
	must(err)
	return decryption{protocol, rlwe.NewSecretKey(params)}
}

func (d decryption) share(secret *rlwe.SecretKey, ciphertext *rlwe.Ciphertext) *multiparty.KeySwitchShare {
	share := d.protocol.AllocateShare(ciphertext.Level())
	d.protocol.GenShare(secret, d.zero, ciphertext, &share)
	return &share
}

// combined is c_0 + Σ d_i as a plaintext.
func (d decryption) combined(ciphertext *rlwe.Ciphertext, shares []*multiparty.KeySwitchShare) *rlwe.Plaintext {
	sum := d.protocol.AllocateShare(ciphertext.Level())
	for _, share := range shares {
		must(d.protocol.AggregateShares(*share, sum, &sum))
	}
	switched := ciphertext.CopyNew()
	d.protocol.KeySwitch(ciphertext, sum, switched)
	return switched.Plaintext()
}

func bfvPartialDecryption(of size) (measured, error) {
	s := bfvOf(of)
	ciphertexts, _ := s.inputs(of.Ciphertexts)
	workers := make([]decryption, of.Threads)
	for i := range workers {
		workers[i] = newDecryption(s.params.Parameters, of.SmudgingBound)
	}
	first := make([]*multiparty.KeySwitchShare, of.Ciphertexts)
	seconds := timed(func() {
		spread(of.Threads, of.Ciphertexts, func(worker, c int) {
			first[c] = workers[worker].share(s.keys.shares[0], ciphertexts[c])
		})
	})
	vectors := s.combineAll(workers[0], ciphertexts, s.sharesOf(workers[0], ciphertexts, first))
	return measured{Seconds: seconds, Units: of.Ciphertexts, Answer: checksum(added(vectors))}, nil
}

func bfvCombine(of size) (measured, error) {
	s := bfvOf(of)
	ciphertexts, _ := s.inputs(of.Ciphertexts)
	d := newDecryption(s.params.Parameters, of.SmudgingBound)
	shares := s.sharesOf(d, ciphertexts, nil)
	workers := make([]decryption, of.Threads)
	encoders := make([]*bgv.Encoder, of.Threads)
	vectors := make([][]int64, of.Ciphertexts)
	for i := range workers {
		workers[i] = newDecryption(s.params.Parameters, of.SmudgingBound)
		encoders[i] = bgv.NewEncoder(s.params)
	}
	seconds := timed(func() {
		spread(of.Threads, of.Ciphertexts, func(worker, c int) {
			vectors[c] = make([]int64, s.params.N())
			must(encoders[worker].Decode(workers[worker].combined(ciphertexts[c], shares[c]), vectors[c]))
		})
	})
	return measured{Seconds: seconds, Units: of.Ciphertexts * s.params.N(), Answer: checksum(added(vectors))}, nil
}

// sharesOf all holders, by ciphertext; those of the first may be there already.
func (s *bfvSetting) sharesOf(d decryption, ciphertexts []*rlwe.Ciphertext, first []*multiparty.KeySwitchShare) [][]*multiparty.KeySwitchShare {
	shares := make([][]*multiparty.KeySwitchShare, len(ciphertexts))
	for c, ciphertext := range ciphertexts {
		for holder, secret := range s.keys.shares {
			if holder == 0 && first != nil {
				shares[c] = append(shares[c], first[c])
			} else {
				shares[c] = append(shares[c], d.share(secret, ciphertext))
			}
		}
	}
	return shares
}

func (s *bfvSetting) combineAll(d decryption, ciphertexts []*rlwe.Ciphertext, shares [][]*multiparty.KeySwitchShare) [][]int64 {
	encoder := bgv.NewEncoder(s.params)
	vectors := make([][]int64, len(ciphertexts))
	for c, ciphertext := range ciphertexts {
		vectors[c] = make([]int64, s.params.N())
		must(encoder.Decode(d.combined(ciphertext, shares[c]), vectors[c]))
	}
	return vectors
}

func added(vectors [][]int64) []int64 {
	total := make([]int64, len(vectors[0]))
	for _, vector := range vectors {
		for i, w := range vector {
			total[i] += w
		}
	}
	return total
}

func bfvJointKey(of size) (measured, error) {
	s := bfvOf(of)
	var made keys
	seconds := timed(func() { made.shares, made.public = jointKey(s.params.Parameters, of.Holders) })
	trial := &bfvSetting{params: s.params, keys: &made}
	ciphertexts, _ := trial.inputs(1)
	opened := trial.open(ciphertexts[0], sumOf(s.params.Parameters, made.shares))
	return measured{Seconds: seconds, Units: 1, Answer: checksum(opened)}, nil
}

func bfvRelinearisationKey(of size) (measured, error) {
	s := bfvOf(of)
	var key *rlwe.RelinearizationKey
	seconds := timed(func() { key = relinearisationKey(s.params.Parameters, s.keys.shares) })
	ciphertexts, _ := s.inputs(2)
	product, err := bgv.NewEvaluator(s.params, rlwe.NewMemEvaluationKeySet(key), true).MulRelinNew(ciphertexts[0], ciphertexts[1])
	must(err)
	return measured{Seconds: seconds, Units: 1, Answer: checksum(s.open(product, s.keys.sum))}, nil
}
