/** Record linkage as work to be timed: the key holder's answers, and the input party's blinding. */
import { createECDH, createHash, randomBytes } from 'node:crypto';
import { verifyAnswer } from '../../schemes/linkage/answer.ts';
import { blindKeys, pseudonymsOf } from '../../schemes/linkage/blinding.ts';
import { HolderLinkage } from '../../schemes/linkage/holder-linkage.ts';
import { GENERATOR, parsePoints } from '../../schemes/linkage/p256.ts';
import { POINT_BYTES, PSEUDONYM_BYTES } from '../../schemes/linkage/sizes.ts';
import type { Work } from '../harness/contestants.ts';

export interface LinkageJob {
  readonly records: number;
}

const keysOf = ({ records }: LinkageJob): Uint8Array[] =>
  Array.from({ length: records }, (_, i) => new Uint8Array(createHash('sha256').update(`key ${i}`).digest()));

/** k·C for every record, and the proof. */
export function answer(job: LinkageJob): Work {
  const request = blindKeys(keysOf(job), new Uint8Array(randomBytes(32)));
  const holder = new HolderLinkage(randomBytes(32).toString('hex'), new Uint8Array(randomBytes(32)));
  const [publicKey] = parsePoints('a public key', holder.publicKey);
  const asked = parsePoints('a request', request);
  let answered = new Uint8Array();
  return {
    units: job.records,
    run: () => (answered = new Uint8Array(holder.answer('bench', request))),
    answer: () => (publicKey ? verifyAnswer('bench', publicKey, asked, answered).length : 0),
    [Symbol.dispose]: () => holder[Symbol.dispose](),
  };
}

/** r·H(x) for every record. */
export function blind(job: LinkageJob): Work {
  const keys = keysOf(job);
  let points = new Uint8Array();
  return {
    units: job.records,
    run: () => (points = new Uint8Array(blindKeys(keys, new Uint8Array(randomBytes(32))))),
    answer: () => parsePoints('a request', points).length,
    [Symbol.dispose]: () => undefined,
  };
}

/** The answers of K key holders verified, added and unblinded, for records of one batch at most. */
export function pseudonyms({ records, holders }: LinkageJob & { readonly holders: number }): Work {
  const seed = new Uint8Array(randomBytes(32));
  const request = blindKeys(keysOf({ records }), seed);
  const answers = Array.from({ length: holders }, (_, i) => {
    const holder = new HolderLinkage('bench', new Uint8Array(randomBytes(32)));
    const [publicKey = GENERATOR] = parsePoints('a public key', holder.publicKey);
    return { holder: `holder-${i + 1}`, publicKey, answer: holder.answer('bench', request) };
  });
  let last = new Uint8Array();
  return {
    units: records,
    run: () => (last = new Uint8Array(pseudonymsOf(request, seed, answers))),
    answer: () => last.length / PSEUDONYM_BYTES,
    [Symbol.dispose]: () => undefined,
  };
}

/** One native multiplication of a point for every record, by OpenSSL: what no linkage can do without. */
export function multiplyByOpenssl(job: LinkageJob): Work {
  const request = blindKeys(keysOf(job), new Uint8Array(randomBytes(32)));
  const curve = createECDH('prime256v1');
  curve.generateKeys();
  let products = 0;
  return {
    units: job.records,
    run: () => {
      products = 0;
      for (let at = 0; at < request.length; at += POINT_BYTES) {
        const point = Buffer.concat([Buffer.of(4), request.subarray(at, at + POINT_BYTES)]);
        products += curve.computeSecret(point).length > 0 ? 1 : 0;
      }
    },
    answer: () => products,
    [Symbol.dispose]: () => undefined,
  };
}
