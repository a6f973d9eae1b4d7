/** What the parameters of a plan are, and why its results are exact or how close they are, in the words of its scheme. */
import type { CkksPlan, Plan } from './plan.ts';
import { plainRange } from './product-fit.ts';

export function parameterWords(plan: Plan): { form: string; standard: string } {
  if (plan.products !== null) {
    const { ringDegree, plainModuli } = plan.parameters;
    return {
      form: `ring degree ${ringDegree}, plaintext moduli ${plainModuli.join(', ')}`,
      standard: 'Homomorphic Encryption Standard',
    };
  }
  const { parameters } = plan;
  if (parameters.scheme === 'bfv') {
    const { ringDegree, plainModulus } = parameters;
    return {
      form: `ring degree ${ringDegree}, plaintext modulus ${plainModulus}`,
      standard: 'Homomorphic Encryption Standard',
    };
  }
  if (parameters.scheme === 'ckks') {
    const { ringDegree, dataPrimes, scaleBits } = parameters;
    return {
      form: `ring degree ${ringDegree}, ${dataPrimes.length} data primes, real numbers in coefficients at scale 2^${scaleBits}`,
      standard: 'Homomorphic Encryption Standard',
    };
  }
  const { modulusBits, slots, slotBits, expectedCandidates } = parameters;
  return {
    form:
      `modulus of ${modulusBits} bits that nobody can factor, found among ${expectedCandidates} candidates on ` +
      `average; ${slots} slots of ${slotBits} bits in a ciphertext`,
    standard: 'NIST SP 800-57',
  };
}

export function marginWords(plan: Exclude<Plan, CkksPlan>): { margin: string; holds: string } {
  if (plan.scheme === 'paillier') {
    return {
      margin:
        `overflow: ${plan.margins.guardBits} guard bits and a sign above the largest sum of a slot; a result in ` +
        'which they differ is void',
      holds: plan.parameters.magnitude,
    };
  }
  return {
    margin: `noise: ${plan.margins.noiseBits} bits of margin between the largest noise that can occur and a wrong result`,
    holds: String(
      plan.products === null ? (BigInt(plan.parameters.plainModulus) - 1n) / 2n : plainRange(plan.parameters),
    ),
  };
}
