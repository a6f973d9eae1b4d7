/**
 * A lying aggregator: the honest one, with one behaviour changed for each task whose title names an attack.
 * Every other task it serves honestly, so that one network shows an attack and an honest run side by side.
 */
import { join } from 'node:path';
import { Aggregator, type AggregatorOptions } from '../../../aggregator/aggregator.ts';
import { StrongroomError } from '../../../proto/errors.ts';
import { runAggregator } from '../../../aggregator/service.ts';
import { POINT_BYTES } from '../../../schemes/linkage/sizes.ts';
import { runDaemon } from '../../../transport/daemon.ts';
import { parseCanonicalJson, sha256Hex } from '../../../trust/digest.ts';
import type { Blob } from '../../../trust/documents.ts';
import { parseEnvelope } from '../../../trust/envelope.ts';
import type { InputSet } from '../../../trust/evaluation.ts';
import type { TaskLife } from '../../../trust/life.ts';
import { matchingOf, matchOf } from '../../../trust/match.ts';
import { replaceObject } from './objects.ts';
import { COLLUSION, type Attack } from './attacks.ts';

/** Attacks that serve an input otherwise than its party sent it, from its manifest on. */
const REPLACING: ReadonlySet<string | undefined> = new Set<Attack>([
  'replaces an input',
  'truncates an input',
  'replaces an input until it evaluates',
]);

class HostileAggregator extends Aggregator {
  readonly #folder: string;
  /** Inputs as their parties sent them that are served otherwise, by digest. */
  readonly #hidden = new Map<string, Uint8Array>();
  #ahead = 0;

  constructor(options: AggregatorOptions, folder: string) {
    super(options);
    this.#folder = folder;
  }

  /** Lets everything into the log that concerns a task titled so, whoever sends it and whatever it says. */
  override admit(envelope: Uint8Array, caller: string): void {
    const title = this.#titleOf(envelope);
    if (title === 'drops an input at the door' && caller === 'east') {
      throw new StrongroomError('PHASE_CLOSED', 'You come too late');
    }
    if (!letsIn(title)) super.admit(envelope, caller);
  }

  override async examine(envelope: Uint8Array): Promise<void> {
    const title = this.#titleOf(envelope);
    if (letsIn(title)) return;
    await super.examine(envelope);
    const { payload } = parseEnvelope(envelope);
    const content = parseCanonicalJson(payload) as {
      by: string;
      message?: Blob;
      points?: Blob;
      answer?: Blob;
      ciphertexts?: readonly Blob[];
    };
    if (content.by === 'north') await this.#replaceInput(title, content.ciphertexts?.[0]);
    if (title === 'swaps a linkage request' && content.points !== undefined)
      await this.#swapPoints(content.points);
    if (title === 'swaps a linkage answer' && content.answer !== undefined)
      await this.#swapPoints(content.answer);
    if (title === 'swaps a contribution' && content.by === 'holder-2' && content.message !== undefined) {
      await this.#overwrite(content.message, flipLastWord);
    }
  }

  protected override async act(task: TaskLife): Promise<void> {
    const { seal, evaluation, delivery } = task;
    if (
      seal === undefined ||
      evaluation === undefined ||
      task.releases.size === 0 ||
      delivery !== undefined
    ) {
      return super.act(task);
    }
    switch (task.document.title as Attack) {
      case 'asks for one input after a release':
        this.say(task, 'evaluation', { seal: seal.digest, outputs: [...firstInput(task)] });
        return;
      case 'asks for the same again after a release':
        this.say(task, 'evaluation', { seal: seal.digest, outputs: evaluation.payload.outputs });
        return;
      default:
        return super.act(task);
    }
  }

  protected override async match(task: TaskLife): Promise<void> {
    const { linkage } = task;
    const { title } = task.document;
    if (title !== 'lies in the match' && title !== 'lies in a number of units') return super.match(task);
    if (linkage === undefined || linkage.match !== undefined || linkage.lists.size < task.inputs.length)
      return;
    const { content } = await matchOf(matchingOf(task), (_, blob) => this.fetch(blob));
    const lie =
      title === 'lies in the match'
        ? { pattern: sha256Hex(Buffer.from('another pattern')) }
        : { counts: [2] };
    this.say(task, 'match', { ...content, ...lie });
  }

  protected override seal(task: TaskLife): void {
    const submitted = task.inputSet.map((manifest) => manifest.digest);
    switch (task.document.title as Attack) {
      case 'seals a subset':
        if (submitted.length === task.inputs.length)
          this.say(task, 'seal', { manifests: submitted.slice(0, 2) });
        return;
      case 'seals before all have submitted':
        if (submitted.length === 2) this.say(task, 'seal', { manifests: submitted });
        return;
      case 'seals early and writes a later date':
        if (submitted.length !== 2) return;
        this.#ahead = task.deadline('collect').getTime() - Date.now() + 1_000;
        this.say(task, 'seal', { manifests: submitted });
        this.#ahead = 0;
        return;
      case 'reorders the inputs':
        if (submitted.length === task.inputs.length)
          this.say(task, 'seal', { manifests: submitted.reverse() });
        return;
      case 'seals twice':
        if (submitted.length < task.inputs.length) return;
        this.say(task, 'seal', { manifests: submitted });
        this.say(task, 'seal', { manifests: submitted.slice(0, 2) });
        return;
      default:
        super.seal(task);
    }
  }

  protected override now(): Date {
    return new Date(Date.now() + this.#ahead);
  }

  protected override outputsOf(task: TaskLife, set: InputSet): AsyncGenerator<Uint8Array> {
    if (task.document.title !== 'multiplies a column by itself') return super.outputsOf(task, set);
    const products = set.products?.map((terms) => terms.map(({ left }) => ({ left, right: left })));
    return super.outputsOf(task, { ...set, products: products ?? null });
  }

  protected override async sumOf(task: TaskLife, index: number): Promise<Uint8Array> {
    const input = (party: number): Promise<Uint8Array> => {
      const blob = task.inputSet[party]?.payload.ciphertexts[index];
      if (blob === undefined) throw new Error('no such input');
      return this.fetch(blob);
    };
    switch (task.document.title as Attack) {
      case 'evaluates one input':
      case 'admits anything':
        return input(0);
      case 'evaluates a subset': {
        const inputSet = task.inputSet.slice(0, 2);
        return super.sumOf(Object.create(task, { inputSet: { value: inputSet } }) as TaskLife, index);
      }
      case 'counts an input twice': {
        const inputSet = [...task.inputSet.slice(0, 2), ...task.inputSet.slice(0, 1)];
        return super.sumOf(Object.create(task, { inputSet: { value: inputSet } }) as TaskLife, index);
      }
      case 'evaluates another task': {
        const others = [...this.book.tasks.values()].filter((other) => other.evaluation !== undefined);
        const output = others[0]?.evaluation?.payload.outputs[index];
        if (output === undefined) throw new Error('no other task has been evaluated');
        return this.fetch(output);
      }
      case 'replaces an input until it evaluates':
        for (const digest of task.submitted) {
          const bytes = this.#hidden.get(digest);
          if (bytes !== undefined) this.#write(digest, bytes);
        }
        return super.sumOf(task, index);
      case 'replaces an input once it has evaluated': {
        const output = await super.sumOf(task, index);
        for (const victim of firstInput(task)) await this.#overwrite(victim, flipLastWord);
        return output;
      }
      default:
        return super.sumOf(task, index);
    }
  }

  /** What it evaluates is what the party has sent, whatever it serves. */
  protected override async fetch(blob: Blob): Promise<Uint8Array> {
    return this.#hidden.get(blob.digest) ?? super.fetch(blob);
  }

  /** Before the manifest that names it stands in the log, so that nobody has fetched it. */
  async #replaceInput(title: string | undefined, victim: Blob | undefined): Promise<void> {
    if (victim === undefined || !REPLACING.has(title)) return;
    this.#hidden.set(victim.digest, await this.blobs.whole(victim.digest));
    if (title === 'truncates an input') this.#write(victim.digest, new Uint8Array(64));
    else await this.#overwrite(victim, flipLastWord);
  }

  /** The title of the task that a document proposes or belongs to, whether or not the document verifies. */
  #titleOf(envelope: Uint8Array): string | undefined {
    const { payload } = parseEnvelope(envelope);
    const content = parseCanonicalJson(payload) as { task?: string; document?: { title?: string } };
    return content.document?.title ?? this.book.tasks.get(content.task ?? '')?.document.title;
  }

  /** Other points of the curve in the place of the first two: each other. */
  #swapPoints(blob: Blob): Promise<void> {
    return this.#overwrite(blob, (bytes) => {
      const first = bytes.slice(0, POINT_BYTES);
      bytes.copyWithin(0, POINT_BYTES, 2 * POINT_BYTES);
      bytes.set(first, POINT_BYTES);
    });
  }

  async #overwrite({ digest }: Blob, change: (bytes: Uint8Array) => void): Promise<void> {
    const bytes = await this.blobs.whole(digest);
    change(bytes);
    if (sha256Hex(bytes) === digest) throw new Error('nothing was changed');
    this.#write(digest, bytes);
  }

  #write(digest: string, bytes: Uint8Array): void {
    replaceObject(this.#folder, digest, bytes);
  }
}

function letsIn(title: string | undefined): boolean {
  return title === 'admits anything' || title?.endsWith(COLLUSION) === true;
}

/** Well-formed as before. */
function flipLastWord(bytes: Uint8Array): void {
  bytes.set([(bytes.at(-8) ?? 0) ^ 1], bytes.length - 8);
}

/** The ciphertexts of the input party that submitted first. */
function firstInput(task: TaskLife): readonly Blob[] {
  return task.inputSet[0]?.payload.ciphertexts ?? [];
}

await runDaemon('aggregator', (profile, log, stop, ready) =>
  runAggregator(
    profile,
    log,
    stop,
    ready,
    (options) => new HostileAggregator(options, join(profile.state, 'blobs')),
  ),
);
