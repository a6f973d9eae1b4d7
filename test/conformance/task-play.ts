/** One task as the harness plays it: every step of all parties but the candidate, in the order that a play wants. */
import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { StrongroomError } from '../../proto/errors.ts';
import { openCombiner } from '../../schemes/combiner.ts';
import { openEncryptor } from '../../schemes/encryptor.ts';
import { openHolderCeremony, openKeyShare } from '../../schemes/key-share.ts';
import { commitsEveryRound, type HolderCeremony } from '../../schemes/scheme.ts';
import { openEncoder } from '../../statistics/encode.ts';
import { finishTask } from '../../statistics/finish.ts';
import { sealingKeyOf } from '../../trust/card.ts';
import { sha256Hex } from '../../trust/digest.ts';
import { commitTo, type Blob, type Kind, type Signed } from '../../trust/documents.ts';
import { evaluate, inputSetOf } from '../../trust/evaluation.ts';
import { openingKeyOf } from '../../trust/identity.ts';
import type { TaskLife } from '../../trust/life.ts';
import { packShares, shareBinding, unpackShares } from '../../trust/release.ts';
import { openSealed } from '../../trust/sealed-box-open.ts';
import { sealTo } from '../../trust/sealed-box.ts';
import { Linking } from './linking.ts';
import { AGGREGATOR, OFFICE, OTHERS } from './parties.ts';
import type { Attempt, StandIn } from './stand-in.ts';
import { plainResult, proposalOf, recordsOf, type Proposal } from './tasks.ts';
import { Broken } from './verdict.ts';

const DAY_MS = 24 * 3600 * 1000;

export class TaskPlay implements Disposable {
  readonly stand: StandIn;
  readonly task: TaskLife;
  readonly #seeds = new Map<string, Uint8Array>(
    OTHERS.map((name) => [name, Uint8Array.from(randomBytes(32))]),
  );
  readonly #ceremonies = new Map<string, HolderCeremony>();
  #key = new Uint8Array();
  #linking: Linking | undefined;

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

  /** The others commit to what they say in the present round, where it asks for that; round 0 is committed to by the approvals. */
  async commit(...holders: readonly string[]): Promise<void> {
    for (const holder of holders) {
      const ceremony = await this.#ceremonyOf(holder);
      const { round } = ceremony;
      if (round === 0 || !commitsEveryRound(this.task.plan.parameters)) continue;
      const digest = sha256Hex(await ceremony.contribution());
      const commitment = commitTo(this.task.id, holder, round, digest);
      this.stand.say(this.task, 'commitment', holder, { round, commitment });
    }
  }

  /** Waits until the candidate is bound to its message of a round. */
  async committed(round: number): Promise<void> {
    if (!commitsEveryRound(this.task.plan.parameters)) return;
    await this.said(`its commitment to round ${round}`, (task, candidate) =>
      task.commitment(round, candidate),
    );
  }

  /** Whether the key ceremony has a round more, and which. */
  async nextRound(): Promise<number | undefined> {
    const { finished, round } = await this.#ceremonyOf(OTHERS[0]);
    return finished ? undefined : round;
  }

  /** The rounds that are left, and the signatures, with nothing wrong. */
  async finishKey(): Promise<void> {
    for (let round = await this.nextRound(); round !== undefined; round = await this.nextRound()) {
      await this.commit(...OTHERS);
      await this.committed(round);
      for (const holder of OTHERS) await this.contribute(holder);
      await this.round(round);
    }
    await this.signKey();
    await this.said('its signature of the joint key', (task, candidate) => task.jointKeys.get(candidate));
    this.task.requireJointKey();
  }

  /** From the proposal to the joint key, with nothing wrong. */
  async makeKey(): Promise<void> {
    await this.said('its approval', (task, candidate) => task.approvals.get(candidate));
    await this.approve(...OTHERS);
    await this.finishKey();
  }

  /** Everything that has to do with linkage. */
  get linking(): Linking {
    return (this.#linking ??= new Linking(this.stand, this.task, this.#seeds));
  }

  /** From the linkage keys to the lists of pseudonyms, with nothing wrong. */
  async link(): Promise<void> {
    const { task, linking } = this;
    for (const party of task.inputs) {
      await linking.ask(party);
      await this.said(`its answer to ${party}`, (life, candidate) =>
        life.linkage?.answersTo(party).get(candidate),
      );
      await linking.list(party);
    }
  }

  /** Encrypts and submits the tables of these parties; `change` makes other bytes of a ciphertext. */
  async submit(
    parties: readonly string[] = this.task.inputs,
    change: (ciphertext: Uint8Array) => Uint8Array = (same) => same,
  ): Promise<void> {
    const { document, plan, context } = this.task;
    const match = this.task.linkage?.match?.digest;
    for (const party of parties) {
      const encoder = openEncoder(document, plan, party);
      if (match === undefined) for (const record of await recordsOf(document, party)) encoder.add(record);
      else for (const unit of await this.linking.matched(party)) encoder.addUnit(unit);
      using encryptor = await openEncryptor(context, this.#key, party);
      const ciphertexts: Blob[] = [];
      for (const vector of encoder.vectors()) {
        ciphertexts.push(await this.stand.put(change(encryptor.encrypt(vector))));
      }
      const content = { key: this.task.requireJointKey().digest, ciphertexts };
      this.stand.say(this.task, 'manifest', party, match === undefined ? content : { ...content, match });
    }
  }

  /** Seals these manifests, all where none are named. */
  seal(manifests = this.task.inputSet.map(({ digest }) => digest), at = new Date()): void {
    this.stand.say(this.task, 'seal', AGGREGATOR, { manifests }, { at });
  }

  /** f of the inputs of these parties. */
  async outputsOf(parties: readonly string[]): Promise<Uint8Array[]> {
    const set = inputSetOf(this.task);
    const { blobs } = this.stand;
    // Products are of all inputs that they name.
    const inputs = set.inputs.filter(({ party }) => set.products !== null || parties.includes(party));
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
    await this.claim(await this.outputsOf(this.task.inputs));
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
    const outputs = await this.outputsOf(this.task.inputs);
    try {
      const combiner = openCombiner(task.context, this.#key);
      const shares = await this.#shares(outputs, unpackShares(packed, candidate));
      const result = finishTask(task.document, task.plan, combiner.combine(outputs, shares));
      if (!isDeepStrictEqual(result, await plainResult(task.document)))
        throw new Broken('with its share the result is wrong');
    } catch (error) {
      if (!(error instanceof StrongroomError)) throw error;
      throw new Broken(`its share does not combine: ${error.code}, ${error.message}`);
    }
    return 'its share decrypts, with those of the others, to the right result';
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
    const outputs = await this.outputsOf(this.task.inputs);
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
