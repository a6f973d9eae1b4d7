package main

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"

	"github.com/tuneinsight/lattigo/v6/core/rlwe"
	"github.com/tuneinsight/lattigo/v6/multiparty"
	"github.com/tuneinsight/lattigo/v6/ring"
	"github.com/tuneinsight/lattigo/v6/utils/sampling"
)

// moduli of a size: those of Strongroom's parameters, prime for prime.
type moduli struct {
	logN int
	q    []uint64
	p    []uint64
}

func moduliOf(of size) moduli {
	q := make([]uint64, len(of.DataPrimes))
	for i, prime := range of.DataPrimes {
		q[i] = word(prime)
	}
	return moduli{bits.Len(uint(of.RingDegree)) - 1, q, []uint64{word(of.SpecialPrime)}}
}

func word(decimal string) uint64 {
	parsed, err := strconv.ParseUint(decimal, 10, 64)
	must(err)
	return parsed
}

// keyOf names the parameters of a size, without how much is done under them.
func keyOf(of size) string {
	return fmt.Sprint(of.RingDegree, strings.Join(of.DataPrimes, ","), of.SpecialPrime, of.PlainModulus, of.ScaleBits, of.Holders)
}

// keys of K holders, made by the multiparty protocols.
type keys struct {
	shares []*rlwe.SecretKey
	// sum of the shares: what nobody has in earnest, and what answers are checked with.
	sum    *rlwe.SecretKey
	public *rlwe.PublicKey
	relin  *rlwe.RelinearizationKey
}

func newKeys(params rlwe.Parameters, holders int) *keys {
	made := &keys{}
	made.shares, made.public = jointKey(params, holders)
	made.sum = sumOf(params, made.shares)
	return made
}

// relinearisation makes the joint relinearisation key where there is none yet.
func (k *keys) relinearisation(params rlwe.Parameters) *rlwe.RelinearizationKey {
	if k.relin == nil {
		k.relin = relinearisationKey(params, k.shares)
	}
	return k.relin
}

func sumOf(params rlwe.Parameters, shares []*rlwe.SecretKey) *rlwe.SecretKey {
	sum := rlwe.NewSecretKey(params)
	for _, share := range shares {
		params.RingQP().Add(sum.Value, share.Value, sum.Value)
	}
	return sum
}

// commonReference is a keyed stream that every holder expands for itself.
func commonReference() sampling.PRNG {
	crs, err := sampling.NewKeyedPRNG([]byte("strongroom bench"))
	must(err)
	return crs
}

// jointKey is EncKeyGen of K holders, one after another: secret, common reference and share of each, and one sum.
func jointKey(params rlwe.Parameters, holders int) ([]*rlwe.SecretKey, *rlwe.PublicKey) {
	protocol := multiparty.NewPublicKeyGenProtocol(params)
	generator := rlwe.NewKeyGenerator(params)
	shares := make([]*rlwe.SecretKey, holders)
	sum := protocol.AllocateShare()
	contribution := protocol.AllocateShare()
	var reference multiparty.PublicKeyGenCRP
	for i := range shares {
		shares[i] = generator.GenSecretKeyNew()
		reference = protocol.SampleCRP(commonReference())
		protocol.GenShare(shares[i], reference, &contribution)
		protocol.AggregateShares(contribution, sum, &sum)
	}
	public := rlwe.NewPublicKey(params)
	protocol.GenPublicKey(sum, reference, public)
	return shares, public
}

// relinearisationKey is RelinKeyGen of K holders, both rounds, one after another.
func relinearisationKey(params rlwe.Parameters, secrets []*rlwe.SecretKey) *rlwe.RelinearizationKey {
	protocol := multiparty.NewRelinearizationKeyGenProtocol(params)
	ephemeral := make([]*rlwe.SecretKey, len(secrets))
	_, sumOne, sumTwo := protocol.AllocateShare()
	for i, secret := range secrets {
		var share multiparty.RelinearizationKeyGenShare
		reference := protocol.SampleCRP(commonReference())
		ephemeral[i], share, _ = protocol.AllocateShare()
		protocol.GenShareRoundOne(secret, reference, ephemeral[i], &share)
		protocol.AggregateShares(share, sumOne, &sumOne)
	}
	for i, secret := range secrets {
		_, _, share := protocol.AllocateShare()
		protocol.GenShareRoundTwo(ephemeral[i], secret, sumOne, &share)
		protocol.AggregateShares(share, sumTwo, &sumTwo)
	}
	key := rlwe.NewRelinearizationKey(params)
	protocol.GenRelinearizationKey(sumOne, sumTwo, key)
	return key
}

// flooding hides a shift by b as well as noise uniform in ±B does: the statistical distance of a Gaussian of deviation
// σ is b/(σ·√2π) to first order, that of the uniform one b/2B.
func flooding(smudgingBound string) ring.DiscreteGaussian {
	bound, ok := new(big.Float).SetString(smudgingBound)
	if !ok {
		panic("smudgingBound is no number")
	}
	b, _ := bound.Float64()
	sigma := 2 * b / math.Sqrt(2*math.Pi)
	return ring.DiscreteGaussian{Sigma: sigma, Bound: 6 * sigma}
}
