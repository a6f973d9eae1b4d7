package main

import (
	"github.com/tuneinsight/lattigo/v6/core/rlwe"
	"github.com/tuneinsight/lattigo/v6/schemes/bgv"
	"github.com/tuneinsight/lattigo/v6/utils/buffer"
)

// bfvSetting is what is made once for each parameter set: keys, and ciphertexts with their bytes.
type bfvSetting struct {
	params      bgv.Parameters
	keys        *keys
	ciphertexts []*rlwe.Ciphertext
	bytes       [][]byte
}

var bfvSettings = map[string]*bfvSetting{}

func bfvOf(of size) *bfvSetting {
	name := keyOf(of)
	if setting, made := bfvSettings[name]; made {
		return setting
	}
	chain := moduliOf(of)
	params, err := bgv.NewParametersFromLiteral(bgv.ParametersLiteral{
		LogN: chain.logN, Q: chain.q, P: chain.p, PlaintextModulus: word(of.PlainModulus),
	})
	must(err)
	setting := &bfvSetting{params: params, keys: newKeys(params.Parameters, of.Holders)}
	// One parameter set at a time: keys and ciphertexts of the last are given back.
	clear(bfvSettings)
	bfvSettings[name] = setting
	return setting
}

// inputs are ciphertexts of the vectors 0 … count − 1, and their bytes.
func (s *bfvSetting) inputs(count int) ([]*rlwe.Ciphertext, [][]byte) {
	encoder := bgv.NewEncoder(s.params)
	encryptor := rlwe.NewEncryptor(s.params, s.keys.public)
	for c := len(s.ciphertexts); c < count; c++ {
		plaintext := bgv.NewPlaintext(s.params, s.params.MaxLevel())
		must(encoder.Encode(vectorOf(c, s.params.N()), plaintext))
		ciphertext, err := encryptor.EncryptNew(plaintext)
		must(err)
		bytes, err := ciphertext.MarshalBinary()
		must(err)
		s.ciphertexts = append(s.ciphertexts, ciphertext)
		s.bytes = append(s.bytes, bytes)
	}
	return s.ciphertexts[:count], s.bytes[:count]
}

// open decrypts with the sum of all key shares.
func (s *bfvSetting) open(ciphertext *rlwe.Ciphertext, secret *rlwe.SecretKey) []int64 {
	vector := make([]int64, s.params.N())
	must(bgv.NewEncoder(s.params).Decode(rlwe.NewDecryptor(s.params, secret).DecryptNew(ciphertext), vector))
	return vector
}

func (s *bfvSetting) sum(ciphertexts []*rlwe.Ciphertext) *rlwe.Ciphertext {
	evaluator := bgv.NewEvaluator(s.params, nil)
	total := ciphertexts[0].CopyNew()
	for _, next := range ciphertexts[1:] {
		must(evaluator.Add(total, next, total))
	}
	return total
}

func init() {
	benchmarks["bfv/encode"] = bfvEncode
	benchmarks["bfv/encrypt"] = bfvEncrypt
	benchmarks["bfv/add"] = bfvAdd
	benchmarks["bfv/multiply"] = func(of size) (measured, error) { return bfvMultiply(of, true) }
	benchmarks["bgv/multiply"] = func(of size) (measured, error) { return bfvMultiply(of, false) }
}

func bfvEncode(of size) (measured, error) {
	s := bfvOf(of)
	slots := s.params.N()
	encoders := make([]*bgv.Encoder, of.Threads)
	for i := range encoders {
		encoders[i] = bgv.NewEncoder(s.params)
	}
	vectors, plaintexts := s.plain(of.Ciphertexts)
	seconds := timed(func() {
		spread(of.Threads, of.Ciphertexts, func(worker, c int) {
			must(encoders[worker].Encode(vectors[c], plaintexts[c]))
		})
	})
	total := make([]int64, slots)
	decoded := make([]int64, slots)
	for _, plaintext := range plaintexts {
		must(encoders[0].Decode(plaintext, decoded))
		for i, w := range decoded {
			total[i] += w
		}
	}
	return measured{Seconds: seconds, Units: of.Ciphertexts * slots, Answer: checksum(total)}, nil
}

func (s *bfvSetting) plain(count int) ([][]int64, []*rlwe.Plaintext) {
	vectors := make([][]int64, count)
	plaintexts := make([]*rlwe.Plaintext, count)
	for c := range vectors {
		vectors[c] = vectorOf(c, s.params.N())
		plaintexts[c] = bgv.NewPlaintext(s.params, s.params.MaxLevel())
	}
	return vectors, plaintexts
}

// bfvEncrypt reuses a plaintext and a ciphertext for each goroutine and writes into buffers made before.
func bfvEncrypt(of size) (measured, error) {
	type worker struct {
		encoder    *bgv.Encoder
		encryptor  *rlwe.Encryptor
		plaintext  *rlwe.Plaintext
		ciphertext *rlwe.Ciphertext
	}
	s := bfvOf(of)
	workers := make([]worker, of.Threads)
	for i := range workers {
		workers[i] = worker{
			bgv.NewEncoder(s.params),
			rlwe.NewEncryptor(s.params, s.keys.public),
			bgv.NewPlaintext(s.params, s.params.MaxLevel()),
			bgv.NewCiphertext(s.params, 1, s.params.MaxLevel()),
		}
	}
	vectors, _ := s.plain(of.Ciphertexts)
	written := make([]*buffer.Buffer, of.Ciphertexts)
	for c := range written {
		written[c] = buffer.NewBufferSize(workers[0].ciphertext.BinarySize())
	}
	seconds := timed(func() {
		spread(of.Threads, of.Ciphertexts, func(which, c int) {
			w := workers[which]
			must(w.encoder.Encode(vectors[c], w.plaintext))
			must(w.encryptor.Encrypt(w.plaintext, w.ciphertext))
			_, err := w.ciphertext.WriteTo(written[c])
			must(err)
		})
	})
	ciphertexts := make([]*rlwe.Ciphertext, of.Ciphertexts)
	for c := range ciphertexts {
		ciphertexts[c] = new(rlwe.Ciphertext)
		must(ciphertexts[c].UnmarshalBinary(written[c].Bytes()))
	}
	answer := checksum(s.open(s.sum(ciphertexts), s.keys.sum))
	return measured{Seconds: seconds, Units: of.Ciphertexts * s.params.N(), Answer: answer}, nil
}

// bfvAdd reads into ciphertexts made before; each goroutine has a sum of its own.
func bfvAdd(of size) (measured, error) {
	s := bfvOf(of)
	_, bytes := s.inputs(of.Ciphertexts)
	evaluators := make([]*bgv.Evaluator, of.Threads)
	read := make([]*rlwe.Ciphertext, of.Threads)
	totals := make([]*rlwe.Ciphertext, of.Threads)
	for i := range evaluators {
		evaluators[i] = bgv.NewEvaluator(s.params, nil)
		read[i] = bgv.NewCiphertext(s.params, 1, s.params.MaxLevel())
		totals[i] = bgv.NewCiphertext(s.params, 1, s.params.MaxLevel())
	}
	seconds := timed(func() {
		spread(of.Threads, of.Ciphertexts, func(worker, c int) {
			_, err := read[worker].ReadFrom(buffer.NewBuffer(bytes[c]))
			must(err)
			must(evaluators[worker].Add(totals[worker], read[worker], totals[worker]))
		})
		for _, total := range totals[1:] {
			must(evaluators[0].Add(totals[0], total, totals[0]))
		}
	})
	return measured{Seconds: seconds, Units: of.Ciphertexts, Answer: checksum(s.open(totals[0], s.keys.sum))}, nil
}

// bfvMultiply is the scale-invariant product, which is that of BFV, or Lattigo's usual one, which is that of BGV: without
// the extension to a larger modulus, and with more noise.
func bfvMultiply(of size, scaleInvariant bool) (measured, error) {
	s := bfvOf(of)
	ciphertexts, _ := s.inputs(of.Ciphertexts)
	keySet := rlwe.NewMemEvaluationKeySet(s.keys.relinearisation(s.params.Parameters))
	evaluators := make([]*bgv.Evaluator, of.Threads)
	for i := range evaluators {
		evaluators[i] = bgv.NewEvaluator(s.params, keySet, scaleInvariant)
	}
	products := make([]*rlwe.Ciphertext, of.Ciphertexts/2)
	for j := range products {
		products[j] = bgv.NewCiphertext(s.params, 1, s.params.MaxLevel())
	}
	seconds := timed(func() {
		spread(of.Threads, len(products), func(worker, j int) {
			must(evaluators[worker].MulRelin(ciphertexts[2*j], ciphertexts[2*j+1], products[j]))
		})
	})
	return measured{Seconds: seconds, Units: len(products), Answer: checksum(s.open(s.sum(products), s.keys.sum))}, nil
}
