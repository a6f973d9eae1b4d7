/** What inner products of encrypted columns cost on one thread (`docs/products.md`). */
import { randomBytes } from 'node:crypto';
import { productOutputs } from '../schemes/bfv/products/layout.ts';
import { chooseBfvProductParameters } from '../schemes/bfv/products/parameters.ts';
import { openEncryptor } from '../schemes/encryptor.ts';
import { openEvaluator } from '../schemes/evaluator.ts';
import { openKeyShare } from '../schemes/key-share.ts';
import { makeJointKey } from './joint-key.ts';

export interface ProductFigures {
  readonly ringDegree: number;
  readonly dataPrimes: number;
  readonly opened: number;
  readonly bytes: {
    readonly input: number;
    readonly shares: number;
    readonly ceremony: number;
    readonly jointKey: number;
  };
  /** Medians; the key ceremony once, for one of the holders. */
  readonly milliseconds: {
    readonly ceremony: number;
    readonly encrypt: number;
    readonly multiplyAndAdd: number;
    readonly relinearise: number;
    readonly release: number;
  };
}

/** Two parties with five columns each over 600 records: 25 inner products in one output. */
export async function measureProducts(holders: number, runs: number): Promise<ProductFigures> {
  const parameters = chooseBfvProductParameters({
    holders,
    records: 600,
    magnitude: 1n << 50n,
    blocks: [
      { form: 'left', columns: 5 },
      { form: 'right', columns: 5 },
    ],
    grids: [
      {
        left: 0,
        right: 1,
        released: Array.from({ length: 25 }, (_, i) => [Math.floor(i / 5), i % 5] as const),
      },
    ],
  });
  const context = { parameters, task: randomBytes(32).toString('hex') };
  const started = performance.now();
  const { jointKey, seeds } = await makeJointKey(context);
  const ceremony = (performance.now() - started) / holders;
  using encryptor = await openEncryptor(context, jointKey, 'bench');
  using evaluator = await openEvaluator(context, jointKey);
  using share = await openKeyShare(context, seeds[0] ?? new Uint8Array(), 0, jointKey);
  const values = BigInt64Array.from({ length: parameters.slots }, (_, i) => BigInt(i % 1000));
  const input = { ciphertext: encryptor.encrypt(values), party: 'bench' };
  const outputs = productOutputs(parameters.products).map(() => {
    using sum = evaluator.productSum();
    sum.add(input, input);
    return sum.bytes();
  });
  const multiplyAndAdd: number[] = [];
  const relinearise: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    using sum = evaluator.productSum();
    multiplyAndAdd.push(
      timed(() => {
        sum.add(input, input);
      }),
    );
    relinearise.push(timed(() => sum.bytes()));
  }
  return {
    ringDegree: parameters.ringDegree,
    dataPrimes: parameters.dataPrimes.length,
    opened: 25,
    bytes: {
      input: parameters.ciphertextBytes,
      shares: parameters.sharesBytes,
      ceremony: parameters.ceremonyBytes,
      jointKey: parameters.jointKeyBytes,
    },
    milliseconds: {
      ceremony,
      encrypt: median(Array.from({ length: runs }, () => timed(() => encryptor.encrypt(values)))),
      multiplyAndAdd: median(multiplyAndAdd),
      relinearise: median(relinearise),
      release: median(Array.from({ length: runs }, () => timed(() => share.partialDecryptions(outputs)))),
    },
  };
}

function timed(act: () => unknown): number {
  const started = performance.now();
  act();
  return performance.now() - started;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
