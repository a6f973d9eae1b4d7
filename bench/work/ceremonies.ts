/** Key ceremonies with all holders in one process, one after another: the computation without any network. */
import { randomBytes } from 'node:crypto';
import type { BfvParameters } from '../../schemes/bfv/parameters.ts';
import { bind } from '../../schemes/rlwe/threshold/binding.ts';
import { openKeyRing } from '../../schemes/rlwe/threshold/engine.ts';
import { combineContributions, expandReference } from '../../schemes/rlwe/threshold/joint-key.ts';
import { expandSecret, keyContribution } from '../../schemes/rlwe/threshold/key-contribution.ts';
import type { Words } from '../../schemes/rlwe/words.ts';
import { openHolderCeremony } from '../../schemes/key-share.ts';
import type { HolderCeremony, Parameters, SchemeContext, SumParameters } from '../../schemes/scheme.ts';
import { openEncryptor } from '../../schemes/encryptor.ts';
import type { Answer } from '../harness/benchmark.ts';
import type { Work } from '../harness/contestants.ts';
import { makeJointKey } from '../joint-key.ts';
import type { Committee } from './committee.ts';
import { decryptOutputs } from './ours.ts';

/** A joint key, with the seed of every holder. */
interface Made<P extends Parameters> {
  readonly context: SchemeContext<P>;
  readonly jointKey: Uint8Array;
  readonly seeds: readonly Uint8Array[];
}

/** A joint key, made for a new task from fresh seeds. What it opens is for `answer` to say. */
export function jointKeyOf<P extends Parameters>(
  parameters: P,
  answer: (made: Made<P>) => Promise<Answer>,
): Work {
  let made: Made<P> | undefined;
  return {
    units: 1,
    run: async () => {
      const context = { parameters, task: randomBytes(32).toString('hex') };
      made = { context, ...(await makeJointKey(context)) };
    },
    answer: () => (made === undefined ? 'nothing was made' : answer(made)),
    [Symbol.dispose]: () => undefined,
  };
}

/**
 * The same joint key by its formula alone, as Lattigo makes it: every holder expands its secret and the common reference
 * and contributes, one party adds up. No message is written, read or compared, and the key is not tested.
 */
export function contributionsAlone(
  parameters: BfvParameters,
  answer: (made: Committee) => Promise<Answer>,
): Work {
  let made: Committee | undefined;
  return {
    units: 1,
    run: () => {
      const context = { parameters, task: randomBytes(32).toString('hex') };
      const binding = bind(context);
      const seeds = Array.from({ length: parameters.holders }, () => new Uint8Array(randomBytes(32)));
      using ring = openKeyRing(parameters);
      let reference: Words = new BigUint64Array();
      const contributions = seeds.map((seed) => {
        reference = expandReference(binding, parameters);
        return keyContribution(ring, binding, expandSecret(ring, binding, seed), reference);
      });
      made = { context, jointKey: combineContributions(ring, parameters, contributions, reference), seeds };
    },
    answer: () => (made === undefined ? 'nothing was made' : answer(made)),
    [Symbol.dispose]: () => undefined,
  };
}

/** What one ciphertext of these values opens to, under a key just made. */
export async function openedUnder(
  committee: Committee,
  values: readonly bigint[] | BigInt64Array,
): Promise<bigint[]> {
  using encryptor = await openEncryptor(committee.context, committee.jointKey, PARTY);
  const [opened = []] = await decryptOutputs(committee, PARTY, [encryptor.encrypt(values)]);
  return opened;
}

const PARTY = 'bench';

/** Seconds of processor time that one holder spends on a step of a ceremony, and what it sends. */
interface StepFigures {
  say: number;
  take: number;
  bytes: number;
}

/** A Paillier key; it tells what each step has cost a holder. */
export class PaillierCeremony implements Work {
  readonly units = 1;
  readonly #parameters: SumParameters;
  readonly #steps = new Map<string, StepFigures>();
  #runs = 0;
  #made: Committee | undefined;

  constructor(parameters: SumParameters) {
    this.#parameters = parameters;
  }

  async run(): Promise<void> {
    const { holders } = this.#parameters;
    const context = { parameters: this.#parameters, task: randomBytes(32).toString('hex') };
    const seeds = Array.from({ length: holders }, () => new Uint8Array(randomBytes(32)));
    const ceremonies = await Promise.all(seeds.map((seed, i) => openHolderCeremony(context, seed, i)));
    const [first] = ceremonies;
    while (first && !first.finished) await this.#round(first.progress.step, ceremonies);
    this.#made = { context, jointKey: first?.jointKey() ?? new Uint8Array(), seeds };
    for (const ceremony of ceremonies) ceremony[Symbol.dispose]();
    this.#runs += 1;
  }

  async #round(step: string, ceremonies: readonly HolderCeremony[]): Promise<void> {
    const started = cpuSeconds();
    const messages: Uint8Array[] = [];
    for (const ceremony of ceremonies) messages.push(await ceremony.contribution());
    const said = cpuSeconds();
    for (const ceremony of ceremonies) await ceremony.take(messages);
    const figures = this.#steps.get(step) ?? { say: 0, take: 0, bytes: 0 };
    figures.say += (said - started) / ceremonies.length;
    figures.take += (cpuSeconds() - said) / ceremonies.length;
    figures.bytes += messages[0]?.length ?? 0;
    this.#steps.set(step, figures);
  }

  async answer(): Promise<Answer> {
    const { scheme } = this.#parameters;
    if (this.#made === undefined || scheme !== 'paillier') return 'nothing was made';
    const [decrypted] = await openedUnder(this.#made, [42n]);
    return { modulusBits: this.#parameters.modulusBits, decrypted: String(decrypted) };
  }

  /** A run of one holder on average, step by step. */
  get note(): string {
    const steps = [...this.#steps].map(([step, { say, take, bytes }]) => {
      const each = (value: number): string => (value / this.#runs).toFixed(2);
      return `${step}: says ${each(say)} s, takes ${each(take)} s, sends ${each(bytes / 1e6)} MB`;
    });
    return `processor time of a holder: ${steps.join('; ')}`;
  }

  [Symbol.dispose](): void {
    // Nothing is held.
  }
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
