/** What a task costs each party whose columns are multiplied, where all bring the rows that they may. */
import { chunksOf, inputsOf } from '../schemes/bfv/products/layout.ts';
import type { TaskCost } from './cost.ts';
import { inputCiphertexts, type ProductPlan } from './plan.ts';
import { PRODUCT_MICROSECONDS } from './speeds.ts';

export function productCostOf(plan: ProductPlan, inputParties: readonly string[]): TaskCost {
  const { parameters, ciphertexts, holders, contributors } = plan;
  const { products, ringDegree, dataPrimes, plainModuli } = parameters;
  const { ciphertextBytes, outputBytes, jointKeyBytes, ceremonyBytes, sharesBytes } = parameters;
  const words = ringDegree * dataPrimes.length;
  const ms = (operation: keyof typeof PRODUCT_MICROSECONDS, times: number): number =>
    (PRODUCT_MICROSECONDS[operation] * words * times) / 1000;
  const inputs = Math.max(...inputParties.map((party) => inputCiphertexts(plan, party, products.records)));
  const evaluationMs = ms(
    'multiply',
    ciphertexts * chunksOf(products, products.records) * plainModuli.length,
  );
  const inputParty = {
    sends: inputs * ciphertextBytes,
    reads: jointKeyBytes,
    computesMs: ms('encrypt', inputs * plainModuli.length),
  };
  const keyHolder = {
    sends: ceremonyBytes + jointKeyBytes + sharesBytes,
    reads: (holders - 1) * ceremonyBytes + inputsOf(products) * ciphertextBytes,
    computesMs: ms('ceremony', 1) + evaluationMs + ms('release', ciphertexts * plainModuli.length),
  };
  const outputParty = {
    sends: 0,
    reads: jointKeyBytes + holders * sharesBytes + ciphertexts * outputBytes,
    computesMs: ms('combine', ciphertexts * plainModuli.length),
  };
  const aggregator = {
    sends: contributors * inputParty.reads + holders * keyHolder.reads + outputParty.reads,
    reads: contributors * inputParty.sends + holders * keyHolder.sends,
    computesMs: evaluationMs,
  };
  return { inputParty, keyHolder, aggregator, outputParty };
}
