/**
 * A batch of candidates: N = (Σ p_i)·(Σ q_i) of each, under the joint RLWE key (`products/products.ts`).
 *
 *     candidates:  the root of the batch before, a commitment to the seeds of this one, Enc(p_i)
 *     products:    Enc(p)·q_i + Enc(0)
 *     openings:    a partial decryption of Enc(p·q)
 *
 * then everybody sifts. A modulus that honest holders cannot have made leads to blame.
 */
import { StrongroomError } from '../../../proto/errors.ts';
import type { CandidatePart } from './candidate.ts';
import { verifyWholeBatch } from './opened-candidates.ts';
import { candidatesTried, mostBatches } from './plan.ts';
import type { ProductKey } from './products/key.ts';
import {
  Inconsistency,
  openedOrInconsistent,
  type Batch,
  type CeremonySetting,
  type JudgedBatch,
  type Round,
} from './round.ts';
import { screenRound } from './screen-round.ts';
import { COMMITMENT_BYTES, SEED_BYTES } from './seed-tree.ts';
import { isPlausible, sift } from './sift.ts';

/** `before`: the batch that gave no key, which is opened whole now. */
export function candidatesRound(
  setting: CeremonySetting,
  key: ProductKey,
  index: number,
  before?: JudgedBatch,
): Round {
  const { batch: products } = setting.products;
  const rootBytes = before ? SEED_BYTES : 0;
  const head = rootBytes + COMMITMENT_BYTES;
  return {
    name: 'candidates',
    batch: index,
    step: 'drawing candidates',
    bodyBytes: head + products.messageBytes,
    contribution: (secrets) => {
      const root = before ? [Uint8Array.from(secrets.batch(index - 1).root)] : [];
      const { commitment, parts } = secrets.batch(index);
      const stream = secrets.randomness('candidates', index);
      const values = slotsOf(setting, parts, 'p');
      const encrypted = secrets.products.batch.encrypt(key, index, values, stream);
      stream.wipe();
      return Buffer.concat([...root, commitment, encrypted]);
    },
    take: (bodies) => {
      if (before)
        verifyWholeBatch(
          setting,
          before,
          bodies.map((body) => body.subarray(0, rootBytes)),
        );
      const sum = products.sumEncryptions(
        index,
        bodies.map((body) => body.subarray(head)),
      );
      const commitments = bodies.map((body) => Uint8Array.from(body.subarray(rootBytes, head)));
      return productsRound(batchOf(setting, key, index, commitments), sum);
    },
  };
}

function batchOf(
  setting: CeremonySetting,
  key: ProductKey,
  index: number,
  commitments: readonly Uint8Array[],
): Batch {
  return {
    setting,
    key,
    index,
    commitments,
    next: (judged) => {
      if (index + 1 < mostBatches(setting.plan)) return candidatesRound(setting, key, index + 1, judged);
      throw new StrongroomError(
        'KEY_TEST_FAILED',
        `none of ${candidatesTried(setting.plan, index + 1)} candidates is a product of two primes, which is bad luck if nobody cheated: propose the task again`,
        { details: { tried: candidatesTried(setting.plan, index + 1) } },
      );
    },
  };
}

function productsRound(batch: Batch, sum: Uint8Array): Round {
  const { setting, key, index } = batch;
  const { batch: products } = setting.products;
  return {
    name: 'candidate-products',
    batch: index,
    step: 'multiplying candidates',
    bodyBytes: products.messageBytes,
    contribution: (secrets) => {
      const factors = slotsOf(setting, secrets.batch(index).parts, 'q');
      const stream = secrets.randomness('candidate-products', index, sum);
      const product = secrets.products.batch.multiply(key, index, sum, factors, stream);
      stream.wipe();
      return product;
    },
    take: (bodies) => openingsRound(batch, products.sumProducts(index, bodies)),
  };
}

function openingsRound(batch: Batch, sum: Uint8Array): Round {
  const { setting, index } = batch;
  const { plan, form } = setting;
  const { batch: products } = setting.products;
  return {
    name: 'candidate-openings',
    batch: index,
    step: 'opening the products of the candidates',
    bodyBytes: products.shareBytes,
    contribution: (secrets) => secrets.products.batch.partialDecryption(index, sum),
    take: (bodies) => {
      const opened = openedOrInconsistent(() => products.open(index, sum, bodies));
      const moduli = opened.slice(0, plan.candidatesPerBatch);
      const wrong = moduli.findIndex((modulus) => !isPlausible(form, modulus));
      if (wrong >= 0) throw new Inconsistency('its modulus is not one that honest holders can make', wrong);
      const judged = { commitments: batch.commitments, moduli };
      const survivors = sift(form, moduli);
      return survivors.length === 0
        ? batch.next({ ...judged, rejected: [] })
        : screenRound(batch, moduli, survivors);
    },
  };
}

function slotsOf(
  { products }: CeremonySetting,
  parts: readonly CandidatePart[],
  factor: 'p' | 'q',
): bigint[] {
  return Array.from({ length: products.batch.slots }, (_, i) => parts[i]?.[factor] ?? 0n);
}
