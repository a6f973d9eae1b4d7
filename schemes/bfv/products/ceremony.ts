/**
 * The key ceremony of a product task, each round committed to before it is opened:
 *
 *     round 0   key contributions b_i (`../joint-key.ts`), first shares of the relinearisation key (`relinearisation.ts`)
 *     round 1   its second shares: the key is made
 *     round 2   tests: one relation for each holder (`key-relation.ts`), one product for all (`test-product.ts`)
 *     round 3   only where the product comes out wrong though every relation holds: every holder opens its seed, the key
 *               is never used, and whose messages do not follow from its seed is named.
 */
import { sha256 } from '#primitives';
import { StrongroomError } from '../../../proto/errors.ts';
import { attributed } from '../../attributed.ts';
import { loadEngine, type Engine } from '../../rlwe/engine.ts';
import type { Ring } from '../../rlwe/ring.ts';
import { invalid } from '../../rlwe/validation.ts';
import type { Words } from '../../rlwe/words.ts';
import type { Ceremony, CeremonyProgress, SchemeContext } from '../../scheme.ts';
import { bind, type Binding } from '../../rlwe/threshold/binding.ts';
import { commonReference } from '../../rlwe/threshold/joint-key.ts';
import { openKeyRing } from '../../rlwe/threshold/engine.ts';
import * as messages from './contribution.ts';
import { writeJointKey } from './joint-key.ts';
import { KeyRelation } from './key-relation.ts';
import { firstLane, requireSoundProducts, type BfvProductParameters } from './parameters.ts';
import { digitReference, gadget, type FirstShare } from './relinearisation.ts';
import { makeTestProduct, passesTest, type TestProduct } from './test-product.ts';

type Context = SchemeContext<BfvProductParameters>;

const STEPS = [
  'contributions to the joint key',
  'shares of the relinearisation key',
  'tests of the joint key',
  'finding the key holder at fault',
];

/** Σ b_i, and Σ of the first shares by digit. */
interface FirstSums {
  readonly b: Words;
  readonly digits: readonly FirstShare[];
}

interface MadeKey {
  readonly jointKey: Uint8Array;
  readonly test: TestProduct;
}

/** What the messages of a ceremony depend on, besides the messages before them. */
export interface Setting {
  readonly ring: Ring;
  readonly binding: Binding;
  readonly parameters: BfvProductParameters;
  /** a of the public key, and a_j of every digit, in NTT form. */
  readonly reference: Words;
  readonly digitReferences: readonly Words[];
}

/** What has been said so far. */
export interface Transcript {
  /** SHA-256 of every message, by round and holder. */
  readonly digests: Uint8Array[][];
  readonly relation: KeyRelation;
  /** After round 0. */
  first?: FirstSums;
  /** After round 1. */
  made?: MadeKey;
}

/** See `Ceremony`. */
export async function openBfvProductCeremony(context: Context): Promise<Ceremony> {
  requireSoundProducts(context.parameters);
  const engine = await loadEngine();
  return new BfvProductCeremony(context, engine, openKeyRing(firstLane(context.parameters)));
}

export class BfvProductCeremony implements Ceremony {
  protected readonly setting: Setting;
  protected readonly transcript: Transcript;
  readonly #engine: Engine;
  #finished = false;

  constructor(context: Context, engine: Engine, ring: Ring) {
    const { parameters } = context;
    const binding = bind(context);
    this.setting = {
      ring,
      parameters,
      binding,
      reference: commonReference(binding, firstLane(parameters)),
      digitReferences: parameters.dataPrimes.map((_, j) => digitReference(ring, binding, j)),
    };
    this.transcript = { digests: [], relation: new KeyRelation(ring, parameters.holders) };
    this.#engine = engine;
  }

  get round(): number {
    return this.transcript.digests.length;
  }

  get finished(): boolean {
    return this.#finished;
  }

  get progress(): CeremonyProgress {
    return { step: this.#finished ? 'the joint key is made' : (STEPS[this.round] ?? '') };
  }

  take(said: readonly Uint8Array[]): Promise<void> {
    const { holders } = this.setting.parameters;
    if (this.#finished) throw new StrongroomError('INTERNAL', 'the key ceremony is finished');
    if (said.length !== holders) {
      throw invalid('the key ceremony', 'number of messages', `${said.length} of ${holders} key holders`);
    }
    const rounds = [this.#takeFirst, this.#takeSecond, this.#takeTests, this.#takeSeeds];
    rounds[this.round]?.call(this, said);
    this.transcript.digests.push(said.map((message) => sha256(message)));
    return Promise.resolve();
  }

  jointKey(): Uint8Array {
    if (this.#finished && this.transcript.made) return this.transcript.made.jointKey;
    throw new StrongroomError('INTERNAL', 'the key ceremony is not finished');
  }

  [Symbol.dispose](): void {
    this.setting.ring[Symbol.dispose]();
  }

  #takeFirst(said: readonly Uint8Array[]): void {
    const { ring, binding, parameters } = this.setting;
    const all = readAll(said, (bytes) => messages.readFirst(binding, parameters, bytes));
    const challenge = binding.stream('test-challenge', digestOf(said));
    const b = all.map((each) => each.b);
    this.transcript.relation.weigh(challenge, b, {
      ofShare: negated(ring, this.setting.reference),
      ofEphemeral: null,
    });
    const digits = parameters.dataPrimes.map((_, j): FirstShare => {
      const own = all.flatMap((each) => each.digits.slice(j, j + 1));
      const [h0, h1] = [own.map((share) => share.h0), own.map((share) => share.h1)];
      const reference = this.setting.digitReferences[j] ?? new BigUint64Array();
      const ofH0 = { ofShare: gadget(ring, j), ofEphemeral: negated(ring, reference) };
      this.transcript.relation.weigh(challenge, h0, ofH0);
      this.transcript.relation.weigh(challenge, h1, { ofShare: reference, ofEphemeral: null });
      return { h0: sumOf(ring, h0), h1: sumOf(ring, h1) };
    });
    this.transcript.first = { b: sumOf(ring, b), digits };
  }

  #takeSecond(said: readonly Uint8Array[]): void {
    const { ring, binding, parameters } = this.setting;
    const { b, digits } = this.#requireFirst();
    const all = readAll(said, (bytes) => messages.readSecond(binding, parameters, bytes));
    const challenge = binding.stream('test-challenge', ...this.transcript.digests.flat(), digestOf(said));
    const key = digits.map(({ h0, h1 }, j): [Words, Words] => {
      const h = all.flatMap((each) => each.slice(j, j + 1));
      this.transcript.relation.weigh(challenge, h, { ofShare: ring.subtract(h0, h1), ofEphemeral: h1 });
      return [sumOf(ring, h), h1];
    });
    const made = { b, digits: key };
    const test = makeTestProduct(this.#engine, this.setting, made);
    this.transcript.made = { jointKey: writeJointKey(this.setting, made), test };
  }

  #takeTests(said: readonly Uint8Array[]): void {
    const { binding, parameters } = this.setting;
    const { test } = this.#requireMade();
    const all = readAll(said, (bytes) => messages.readTest(binding, parameters, test.output, bytes));
    this.transcript.relation.check(
      parameters,
      all.map(({ relation }) => relation),
    );
    const shares = all.map(({ testShare }) => testShare);
    this.#finished = passesTest(parameters, test, shares);
  }

  #takeSeeds(said: readonly Uint8Array[]): void {
    this.blame(readAll(said, (bytes) => messages.readSeed(this.setting.binding, bytes)));
    throw new StrongroomError(
      'KEY_TEST_FAILED',
      'the test product came out wrong; the key is not used: propose the task again',
    );
  }

  /** Throws KEY_TEST_FAILED naming whose messages do not follow from its seed. Onlookers leave that to key holders. */
  protected blame(_seeds: readonly Uint8Array[]): void {
    // Nothing here can expand a seed.
  }

  #requireFirst(): FirstSums {
    if (this.transcript.first) return this.transcript.first;
    throw new StrongroomError('INTERNAL', 'round 0 of the key ceremony is not complete');
  }

  #requireMade(): MadeKey {
    if (this.transcript.made) return this.transcript.made;
    throw new StrongroomError('INTERNAL', 'round 1 of the key ceremony is not complete');
  }
}

function readAll<T>(said: readonly Uint8Array[], read: (bytes: Uint8Array) => T): T[] {
  return said.map((bytes, holder) => attributed(holder, () => read(bytes)));
}

const digestOf = (said: readonly Uint8Array[]): Uint8Array =>
  sha256(Buffer.concat(said.map((message) => sha256(message))));

const sumOf = (ring: Ring, all: readonly Words[]): Words => all.reduce((sum, each) => ring.add(sum, each));

const negated = (ring: Ring, words: Words): Words => ring.subtract(new BigUint64Array(words.length), words);
