/** Linkage as the harness plays it: the other key holders' answers, the input parties' requests, the match. */
import { randomBytes } from 'node:crypto';
import { blindKeys, pseudonymsOf } from '../../schemes/linkage/blinding.ts';
import { HolderLinkage } from '../../schemes/linkage/holder-linkage.ts';
import { PSEUDONYM_BYTES } from '../../schemes/linkage/sizes.ts';
import { keyBytes } from '../../statistics/linked-table.ts';
import type { TableRecord } from '../../statistics/table.ts';
import type { Blob } from '../../trust/documents.ts';
import { hex } from '../../trust/digest.ts';
import type { TaskLife } from '../../trust/life.ts';
import { linkagePoint, type LinkageLife } from '../../trust/linkage-life.ts';
import { matchingOf, matchOf } from '../../trust/match.ts';
import { AGGREGATOR } from './parties.ts';
import type { StandIn } from './stand-in.ts';
import { linkedTableOf } from './tasks.ts';
import { Broken } from './verdict.ts';

interface Asked {
  readonly seed: Uint8Array;
  readonly request: Uint8Array;
}

export class Linking {
  readonly #stand: StandIn;
  readonly #task: TaskLife;
  readonly #linkage: LinkageLife;
  readonly #holders: ReadonlyMap<string, HolderLinkage>;
  readonly #asked = new Map<string, Asked>();
  /** The records of each unit of a party, in the order of its list. */
  readonly #ordered = new Map<string, (readonly TableRecord[])[]>();

  /** `seeds` of the key holders that the harness stands in for. */
  constructor(stand: StandIn, task: TaskLife, seeds: ReadonlyMap<string, Uint8Array>) {
    if (task.linkage === undefined) throw new Error('the task links no records');
    this.#stand = stand;
    this.#task = task;
    this.#linkage = task.linkage;
    this.#holders = new Map([...seeds].map(([name, seed]) => [name, new HolderLinkage(task.id, seed)]));
  }

  /** The others publish their points. */
  keys(): void {
    for (const [holder, { publicKey }] of this.#holders) {
      this.#stand.say(this.#task, 'linkage-key', holder, { point: hex(publicKey) });
    }
  }

  /** A party asks, and the others answer. */
  async ask(party: string): Promise<void> {
    const { keys } = await linkedTableOf(this.#task.document, party);
    const seed = Uint8Array.from(randomBytes(32));
    const request = blindKeys(keys.map(keyBytes), seed);
    this.#asked.set(party, { seed, request });
    const digest = await this.request(party, request);
    for (const [holder, linkage] of this.#holders) {
      const answer = await this.#stand.put(linkage.answer(party, request));
      this.#stand.say(this.#task, 'linkage-answer', holder, { request: digest, answer });
    }
  }

  /** A party asks for these points, and nobody but the candidate is to answer. */
  async request(party: string, points: Uint8Array): Promise<string> {
    const blob = await this.#stand.put(points);
    this.#stand.say(this.#task, 'linkage-request', party, { points: blob });
    return this.#linkage.requests.get(party)?.digest ?? '';
  }

  /** With the answers of all K the party hands in its pseudonyms. Throws `Broken` where one of them is wrong. */
  async list(party: string): Promise<void> {
    const { seed, request } = this.#asked.get(party) ?? { seed: new Uint8Array(), request: new Uint8Array() };
    const answers = await Promise.all(
      this.#task.holders.map(async (holder) => {
        const key = this.#linkage.keys.get(holder);
        const answer = this.#linkage.answersTo(party).get(holder);
        if (key === undefined || answer === undefined) throw new Error(`${holder} has not answered`);
        return { holder, publicKey: linkagePoint(key), answer: await this.#bytes(answer.payload.answer) };
      }),
    );
    const all = openedBy(() => pseudonymsOf(request, seed, answers));
    const pseudonyms = Array.from({ length: all.length / PSEUDONYM_BYTES }, (_, i) =>
      Buffer.from(all.subarray(i * PSEUDONYM_BYTES, (i + 1) * PSEUDONYM_BYTES)),
    );
    const order = [...pseudonyms.keys()].sort((a, b) =>
      Buffer.compare(pseudonyms[a] ?? Buffer.of(), pseudonyms[b] ?? Buffer.of()),
    );
    const { records } = await linkedTableOf(this.#task.document, party);
    this.#ordered.set(
      party,
      order.map((i) => records[i] ?? []),
    );
    const list = await this.#stand.put(Buffer.concat(order.map((i) => pseudonyms[i] ?? Buffer.of())));
    const said = this.#linkage.requests.get(party)?.digest ?? '';
    this.#stand.say(this.#task, 'pseudonyms', party, { request: said, list });
  }

  /** The aggregator matches the lists; `lie` makes something else of what it says. */
  async match(lie: (pattern: string) => string = (same) => same): Promise<void> {
    const { content } = await matchOf(matchingOf(this.#task), (_, blob) => this.#bytes(blob));
    this.#stand.say(this.#task, 'match', AGGREGATOR, { ...content, pattern: lie(content.pattern) });
  }

  /** The records of each unit that a party encrypts, in the order of the true match. */
  async matched(party: string): Promise<(readonly TableRecord[])[]> {
    const { match } = await matchOf(matchingOf(this.#task), (_, blob) => this.#bytes(blob));
    const positions = match.positions[this.#task.inputs.indexOf(party)] ?? [];
    return Array.from(positions, (position) => this.#ordered.get(party)?.[position] ?? []);
  }

  #bytes(blob: Blob): Promise<Uint8Array> {
    return this.#stand.blobs.whole(blob.digest);
  }
}

function openedBy<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw new Broken(`its answer is not made with its linkage key: ${String(error)}`);
  }
}
