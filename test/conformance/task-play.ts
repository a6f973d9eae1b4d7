/** One task as the harness plays it: every step of all parties but the candidate, in the order that a play wants. */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { StrongroomError } from '../../proto/errors.ts';
import { openCombiner } from '../../schemes/combiner.ts';
import { openEncryptor } from '../../schemes/encryptor.ts';
import { openHolderCeremony, openKeyShare } from '../../schemes/key-share.ts';
import type { HolderCeremony } from '../../schemes/scheme.ts';
import { readTable } from '../../statistics/csv.ts';
import { openEncoder } from '../../statistics/encode.ts';
import { finishTask } from '../../statistics/finish.ts';
import { tableOf } from '../../statistics/domain.ts';
import { openPlain } from '../../statistics/plain.ts';
import type { TableRow } from '../../statistics/table.ts';
import { validateTask } from '../../statistics/task.ts';
import { sealingKeyOf } from '../../trust/card.ts';
import { sha256Hex } from '../../trust/digest.ts';
import { commitTo, signDocument, type Blob, type Kind, type Signed } from '../../trust/documents.ts';
import { evaluate, inputSetOf } from '../../trust/evaluation.ts';
import { openingKeyOf } from '../../trust/identity.ts';
import type { TaskLife } from '../../trust/life.ts';
import { packShares, shareBinding, unpackShares } from '../../trust/release.ts';
import { openSealed } from '../../trust/sealed-box-open.ts';
import { sealTo } from '../../trust/sealed-box.ts';
import { AGGREGATOR, INPUTS, OFFICE, OTHERS } from './parties.ts';
import type { Attempt, StandIn } from './stand-in.ts';
import { Broken } from './verdict.ts';

const TABLES: Readonly<Record<string, string>> = {
  north: 'pay,sex\n10.50,f\n12.25,m\n',
  south: 'pay,sex\n9.75,f\n',
  east: 'pay,sex\n20.00,m\n30.00,m\n7.10,f\n',
};

const DAY_MS = 24 * 3600 * 1000;

/** The document of a small task, for these key holders. */
function documentFor(title: string, processing: readonly string[]): unknown {
  return validateTask({
    strongroom: 'task/1',
    title,
    purpose: 'To see whether a key holder keeps the rules',
    'legal-basis': 'None: the people are made up',
    retention: 'P1D',
    parties: { input: INPUTS, processing, output: OFFICE },
    tables: {
      people: {
        columns: {
          pay: { type: 'decimal', places: 2, min: '0', max: '100', unit: 'EUR' },
          sex: { type: 'category', values: ['f', 'm'] },
        },
        'max-rows': 1000,
      },
    },
    domain: { union: 'people' },
    statistics: [
      { name: 'people', statistic: 'count' },
      { name: 'mean-pay', statistic: 'mean', of: 'pay', decimals: 2 },
    ],
    disclosure: { 'minimum-contributors': 2 },
    deadlines: { approve: 'P1D', collect: 'P1D', release: 'P1D' },
    scheme: 'bfv',
  });
}

export interface Proposal {
  /** The key holders; the candidate stands between the others where nothing is said. */
  readonly processing?: readonly string[];
  /** How long ago it was proposed, by its own date. */
  readonly ageMs?: number;
}

/** The envelope of a proposal by the office. */
export function proposalOf(
  stand: StandIn,
  title: string,
  { processing, ageMs = 0 }: Proposal = {},
): Uint8Array {
  const { candidate, consortium } = stand.parties;
  const payload = {
    by: OFFICE,
    at: new Date(Date.now() - ageMs).toISOString(),
    seen: stand.book.seen,
    consortium: consortium.digest,
    nonce: randomBytes(32).toString('hex'),
    document: documentFor(title, processing ?? [OTHERS[0], candidate, OTHERS[1]]),
  };
  return signDocument('proposal', payload, stand.parties.signer(OFFICE));
}

export class TaskPlay implements Disposable {
  readonly stand: StandIn;
  readonly task: TaskLife;
  readonly #seeds = new Map<string, Uint8Array>(
    OTHERS.map((name) => [name, Uint8Array.from(randomBytes(32))]),
  );
  readonly #ceremonies = new Map<string, HolderCeremony>();
  #key = new Uint8Array();

  private constructor(stand: StandIn, task: TaskLife) {
    this.stand = stand;
    this.task = task;
  }

  static propose(stand: StandIn, title: string, proposal?: Proposal): TaskPlay {
    const known = new Set(stand.book.tasks.keys());
    stand.append(proposalOf(stand, title, proposal));
    const task = [...stand.book.tasks.values()].find(({ id }) => !known.has(id));
    if (task === undefined) throw new Error('the log does not show the task');
    return new TaskPlay(stand, task);
  }

  [Symbol.dispose](): void {
    for (const ceremony of this.#ceremonies.values()) ceremony[Symbol.dispose]();
    for (const seed of this.#seeds.values()) seed.fill(0);
  }

  /** The first document of a kind that the candidate has tried to say in the task. */
  tried<K extends Kind>(kind: K): (Attempt & { document: Signed<K> }) | undefined {
    const attempts = this.stand.said(this.task);
    return attempts.find(({ document }) => document.kind === kind) as
      (Attempt & { document: Signed<K> }) | undefined;
  }

  /** Waits until a document of the candidate counts. */
  said<T>(what: string, look: (task: TaskLife, candidate: string) => T | undefined): Promise<T> {
    return this.stand.until(this.task, what, () => look(this.task, this.stand.parties.candidate));
  }

  /** Waits until the candidate ends the task, or gives up its key because somebody else has. Throws where it releases. */
  async refusal(): Promise<string> {
    const { task, stand } = this;
    try {
      await stand.until(task, 'a refusal', () => {
        const release = this.tried('release');
        if (release !== undefined) throw new Broken('released its share');
        return this.tried('shred');
      });
    } catch (error) {
      const { ending } = task;
      if (ending === undefined) throw error;
    }
    if (this.tried('release') !== undefined) throw new Broken('released its share');
    const abort = this.tried('abort');
    if (abort !== undefined) return `ended the task: ${abort.document.payload.code}`;
    await this.shredded();
    return `gave up its key share: the task is ${task.phase}, ${task.ending?.code ?? ''}`;
  }

  /** Waits for the statement of the candidate that it has destroyed its share, also of a task that has ended. */
  async shredded(): Promise<void> {
    const { candidate } = this.stand.parties;
    const late = () => this.task.shreds.has(candidate) || this.tried('shred') !== undefined;
    await this.stand.whenever(this.task, 'the statement that its share is destroyed', late);
  }

  async #ceremonyOf(holder: string): Promise<HolderCeremony> {
    const { context, holders } = this.task;
    const opened =
      this.#ceremonies.get(holder) ??
      (await openHolderCeremony(context, this.#seedOf(holder), holders.indexOf(holder)));
    this.#ceremonies.set(holder, opened);
    return opened;
  }

  #seedOf(holder: string): Uint8Array {
    const seed = this.#seeds.get(holder);
    if (seed === undefined) throw new Error(`${holder} has no part in this play`);
    return seed;
  }

  async approve(...holders: readonly string[]): Promise<void> {
    for (const holder of holders) {
      const digest = sha256Hex(await (await this.#ceremonyOf(holder)).contribution());
      const commitment = commitTo(this.task.id, holder, 0, digest);
      this.stand.say(this.task, 'approval', holder, { plan: this.task.planDigest, commitment });
    }
  }

  /** What a holder says in the present round; `change` makes other bytes of it, `stored` is called before it is said. */
  async contribute(
    holder: string,
    change: (message: Uint8Array) => Uint8Array = (same) => same,
    stored: (message: Blob) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    const ceremony = await this.#ceremonyOf(holder);
    const message = await this.stand.put(change(await ceremony.contribution()));
    await stored(message);
    this.stand.say(this.task, 'contribution', holder, { round: ceremony.round, about: 'a round', message });
  }

  /** Waits for the candidate's message of a round, and takes the round in where all have spoken. */
  async round(round: number): Promise<void> {
    await this.said(`its contribution to round ${round}`, (task, candidate) =>
      task.contributions[round]?.get(candidate),
    );
    await this.take(round);
  }

  async take(round: number): Promise<void> {
    const messages = await Promise.all(
      this.task.holders.map((holder) => {
        const blob = this.task.contributions[round]?.get(holder)?.payload.message;
        if (blob === undefined) throw new Error(`${holder} has not spoken in round ${round}`);
        return this.stand.blobs.whole(blob.digest);
      }),
    );
    for (const holder of OTHERS) {
      const ceremony = await this.#ceremonyOf(holder);
      try {
        await ceremony.take(messages);
      } catch (error) {
        if (!(error instanceof StrongroomError)) throw error;
        throw new Broken(`its message of round ${round} does not fit: ${error.code}, ${error.message}`);
      }
    }
  }

  /** The key that follows from the contributions, signed by the others. */
  async signKey(): Promise<Blob> {
    this.#key = new Uint8Array((await this.#ceremonyOf(OTHERS[0])).jointKey());
    const key = await this.stand.put(this.#key);
    for (const holder of OTHERS) this.stand.say(this.task, 'joint-key', holder, { key });
    return key;
  }

  /** From the proposal to the joint key, with nothing wrong. */
  async makeKey(): Promise<void> {
    await this.said('its approval', (task, candidate) => task.approvals.get(candidate));
    await this.approve(...OTHERS);
    for (const round of [0, 1]) {
      for (const holder of OTHERS) await this.contribute(holder);
      await this.round(round);
    }
    await this.signKey();
    await this.said('its signature of the joint key', (task, candidate) => task.jointKeys.get(candidate));
    this.task.requireJointKey();
  }

  /** Encrypts and submits the tables of these parties; `change` makes other bytes of a ciphertext. */
  async submit(
    parties: readonly string[] = INPUTS,
    change: (ciphertext: Uint8Array) => Uint8Array = (same) => same,
  ): Promise<void> {
    const { document, plan, context } = this.task;
    for (const party of parties) {
      const encoder = openEncoder(document, plan, party);
      for await (const { record } of this.#records(party)) encoder.add(record);
      using encryptor = await openEncryptor(context, this.#key, party);
      const ciphertexts: Blob[] = [];
      for (const vector of encoder.vectors()) {
        ciphertexts.push(await this.stand.put(change(encryptor.encrypt(vector))));
      }
      this.stand.say(this.task, 'manifest', party, { key: this.task.requireJointKey().digest, ciphertexts });
    }
  }

  #records(party: string): AsyncGenerator<TableRow> {
    const table = Readable.from([Buffer.from(TABLES[party] ?? '')]) as AsyncIterable<Uint8Array>;
    return readTable(tableOf(this.task.document), table, `${party}.csv`);
  }

  /** Seals these manifests, all where none are named. */
  seal(manifests = this.task.inputSet.map(({ digest }) => digest), at = new Date()): void {
    this.stand.say(this.task, 'seal', AGGREGATOR, { manifests }, { at });
  }

  /** f of the inputs of these parties. */
  async outputsOf(parties: readonly string[]): Promise<Uint8Array[]> {
    const set = inputSetOf(this.task);
    const { blobs } = this.stand;
    const inputs = set.inputs.filter(({ party }) => parties.includes(party));
    return evaluate({ ...set, inputs }, async function* (signed) {
      for (const { blob } of signed) yield await blobs.whole(blob.digest);
    });
  }

  /** What the aggregator claims to be the outputs, and which of the others cosign a log that ends so. */
  async claim(outputs: readonly Uint8Array[], witnesses: readonly string[] = OTHERS): Promise<void> {
    const claimed = await Promise.all(outputs.map((output) => this.stand.put(output)));
    this.stand.say(this.task, 'evaluation', AGGREGATOR, {
      seal: this.task.seal?.digest ?? '',
      outputs: claimed,
    });
    this.stand.cosign(witnesses);
  }

  /** From the joint key to the evaluation, with nothing wrong. */
  async evaluate(): Promise<void> {
    await this.submit();
    this.seal();
    await this.claim(await this.outputsOf(INPUTS));
  }

  release(): Promise<Signed<'release'>> {
    return this.said('its release', (task, candidate) => task.releases.get(candidate));
  }

  /** Opens the candidate's box as the office does, combines its shares with the others', and finishes. */
  async openRelease({ payload }: Signed<'release'>): Promise<string> {
    const { task, stand } = this;
    const { candidate } = stand.parties;
    const { info, aad } = shareBinding(task.id, payload.evaluation, candidate);
    const key = openingKeyOf(stand.parties.identity(OFFICE));
    let packed: Uint8Array;
    try {
      packed = await openSealed(key, await stand.blobs.whole(payload.box.digest), info, aad);
    } catch {
      throw new Broken(
        'its box does not open with the key of the receiver as its release for this evaluation',
      );
    }
    if (sha256Hex(packed) !== payload.opened)
      throw new Broken('its box holds another share than its release says');
    const outputs = await this.outputsOf(INPUTS);
    try {
      const combiner = openCombiner(task.context, this.#key);
      const shares = await this.#shares(outputs, unpackShares(packed, candidate));
      const result = finishTask(task.document, task.plan, combiner.combine(outputs, shares));
      if (!isDeepStrictEqual(result, await this.#plain()))
        throw new Broken('with its share the result is wrong');
    } catch (error) {
      if (!(error instanceof StrongroomError)) throw error;
      throw new Broken(`its share does not combine: ${error.code}, ${error.message}`);
    }
    return 'its share decrypts, with those of the others, to the right result';
  }

  async #plain(): Promise<unknown> {
    const plain = openPlain(this.task.document);
    for (const party of INPUTS) {
      for await (const { record } of this.#records(party)) plain.add(record, party);
    }
    return plain.result();
  }

  /** In the order of the holders. */
  async #shares(
    outputs: readonly Uint8Array[],
    own: readonly Uint8Array[],
  ): Promise<(readonly Uint8Array[])[]> {
    const shares: (readonly Uint8Array[])[] = [];
    for (const holder of this.task.holders)
      shares.push(this.#seeds.has(holder) ? await this.#sharesOf(holder, outputs) : own);
    return shares;
  }

  async #sharesOf(holder: string, outputs: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const { context, holders } = this.task;
    using share = await openKeyShare(context, this.#seedOf(holder), holders.indexOf(holder), this.#key);
    return share.partialDecryptions(outputs);
  }

  /** The others release, the office acknowledges. */
  async deliver(): Promise<void> {
    const { task, stand } = this;
    const outputs = await this.outputsOf(INPUTS);
    const evaluation = task.evaluation?.digest ?? '';
    for (const holder of OTHERS) {
      const packed = packShares(await this.#sharesOf(holder, outputs));
      const { info, aad } = shareBinding(task.id, evaluation, holder);
      const sealingKey = sealingKeyOf(stand.parties.identity(OFFICE).card);
      const box = await stand.put(await sealTo(sealingKey, packed, info, aad));
      stand.say(task, 'release', holder, {
        evaluation,
        outputs: outputs.map(sha256Hex),
        receiver: OFFICE,
        box,
        opened: sha256Hex(packed),
        checkpoint: stand.cosigned(task.evaluatedSize ?? 0),
      });
    }
    const releases = [...task.releases.values()].map(({ digest }) => digest);
    stand.say(task, 'delivery', OFFICE, { releases, result: sha256Hex(randomBytes(32)) });
  }

  cancel(): void {
    const content = {
      outcome: 'cancelled',
      code: 'TASK_ENDED',
      detail: 'it has shown what it was to show',
    } as const;
    if (this.task.ending === undefined) this.stand.say(this.task, 'abort', OFFICE, content);
  }
}

/** Longer ago than all deadlines of a task. */
export const LONG_AGO_MS = 30 * DAY_MS;
/** Later than a task's deadline to collect. */
export const afterCollection = (): Date => new Date(Date.now() + 2.5 * DAY_MS);
