/**
 * A network of real daemons on which attacks are mounted: sessions of every party, also of one whose daemon is
 * running (a colluder who uses its identity for more than its daemon does), and what a witness sees of it all.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { expect } from 'vitest';
import * as yaml from 'yaml';
import type { Found } from '../../../clients/controller/state.ts';
import { fetchResult } from '../../../clients/output-party.ts';
import { submit } from '../../../clients/provider.ts';
import { propose } from '../../../clients/requester.ts';
import { Session } from '../../../clients/session.ts';
import type { ErrorCode, StrongroomError } from '../../../proto/errors.ts';
import { connectAdmin, type AdminConnection } from '../../../transport/admin-socket.ts';
import { clientOf, type ClientOf } from '../../../transport/call.ts';
import { CHANNEL_OPTIONS, connect, type Connection } from '../../../transport/client.ts';
import type { Contract } from '../../../transport/contract.ts';
import { openProfile, readConfig } from '../../../transport/profile.ts';
import type { Stray } from '../../../trust/book.ts';
import { clientCredentials } from '../../../transport/tls.ts';
import { sha256Hex } from '../../../trust/digest.ts';
import { openDocument, signDocument, type Blob, type Kind, type Payload } from '../../../trust/documents.ts';
import { signerOf, type Identity } from '../../../trust/identity.ts';
import type { Ending, Ignored, TaskLife } from '../../../trust/life.ts';
import { INPUTS, RECEIVER, TestNetwork, type TestNetworkOptions } from '../../fixtures/local-network.ts';
import { checked, foundAtLast, foundIn, strayFound } from '../../fixtures/controller.ts';
import { refusal } from '../../fixtures/trust-parties.ts';
import type { Title } from './attacks.ts';
import { attest, EVERY_READER } from './attest.ts';
import { HostileClient } from './clients.ts';
import { objectOf, replaceObject } from './objects.ts';

export const HOSTILE_AGGREGATOR = fileURLToPath(new URL('aggregator.ts', import.meta.url));
export const HOSTILE_KEY_HOLDER = fileURLToPath(new URL('key-holder.ts', import.meta.url));

/** How long something may take that must happen: generous, for a machine that is busy with other tests. */
export const PATIENCE = { timeoutMs: 300_000 };

/** What is to be seen where there was no answer. */
const WITHOUT_ANSWER: Partial<Record<ErrorCode, string>> = {
  UNREACHABLE: 'the line, which broke',
  TIMED_OUT: 'its patience, which came to an end',
};

type Content<K extends Kind> = Omit<Payload<K>, 'task' | 'by' | 'at' | 'seen'>;

export class Stage implements AsyncDisposable {
  readonly net: TestNetwork;
  readonly #sessions = new Map<string, Promise<Session>>();
  readonly #admins = new Map<string, AdminConnection>();
  readonly #connections: { readonly close: () => void }[] = [];

  private constructor(net: TestNetwork) {
    this.net = net;
  }

  static async start(options: TestNetworkOptions = {}): Promise<Stage> {
    return new Stage(await TestNetwork.start(options));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { close } of [...this.#admins.values(), ...this.#connections]) close();
    const open = await Promise.allSettled(this.#sessions.values());
    for (const session of open)
      if (session.status === 'fulfilled') await session.value[Symbol.asyncDispose]();
    await this.net[Symbol.asyncDispose]();
  }

  /** The one session of a party, with a state folder beside that of its daemon, if it runs one. */
  session(party: string): Promise<Session> {
    const known = this.#sessions.get(party) ?? Session.open(this.#profileBeside(party));
    this.#sessions.set(party, known);
    return known;
  }

  /** The client of a party that lies where the title of a task says so, in the place of its honest session. */
  async hostile(party: string): Promise<Session> {
    const known = await this.#sessions.get(party);
    await known?.[Symbol.asyncDispose]();
    this.#sessions.set(party, HostileClient.open(this.#profileBeside(party)));
    return this.session(party);
  }

  #profileBeside(party: string): string {
    const usual = this.net.network.profile(party);
    const config = yaml.parse(readFileSync(usual, 'utf8')) as object;
    const file = join(dirname(usual), 'beside.yaml');
    writeFileSync(file, yaml.stringify({ ...config, state: 'beside' }));
    return file;
  }

  identity(party: string): Identity {
    return openProfile(this.net.network.profile(party)).identity;
  }

  /** A connection without a view of the log, of any identity, that tries everything once. */
  dial(identity: Identity): Connection {
    const { config, consortium } = openProfile(this.net.network.profile('watchdog'));
    const connection = connect({
      address: config.aggregator,
      identity,
      consortium,
      retry: { attempts: 1, baseMs: 1, capMs: 1 },
    });
    this.#connections.push(connection);
    return connection;
  }

  /** The bare methods of a service, called once under any identity. */
  methods<M extends object>(identity: Identity, contract: Contract<M>): ClientOf<M> {
    const { config, consortium } = openProfile(this.net.network.profile('watchdog'));
    const credentials = clientCredentials(identity, consortium);
    const channel = new grpc.Channel(config.aggregator, credentials, CHANNEL_OPTIONS);
    this.#connections.push({ close: () => channel.close() });
    return clientOf(contract, channel, config.aggregator);
  }

  /** What the operator of a key holder can call. */
  operator(holder: string): AdminConnection['admin'] {
    const profile = this.net.network.profile(holder);
    const socket = resolve(dirname(profile), readConfig(profile)['admin-socket']);
    const known = this.#admins.get(holder) ?? connectAdmin(socket);
    this.#admins.set(holder, known);
    return known.admin;
  }

  /** The operators of these key holders approve, once their daemons have read the proposal. */
  async approve(task: TaskLife, holders: readonly string[] = this.net.holders): Promise<void> {
    for (const holder of holders) {
      await this.known(task, holder);
      await this.operator(holder).Approve({ task: task.id });
    }
  }

  /** Waits until the daemon of a key holder has read the proposal. */
  async known(task: TaskLife, holder: string): Promise<void> {
    const admin = this.operator(holder);
    await eventually(async () => (await admin.List({})).tasks.some(({ task: id }) => id === task.id));
  }

  /** Proposes the small task of the test network, as its output party. */
  async propose(title: Title, changes: Record<string, unknown> = {}): Promise<TaskLife> {
    return propose(await this.session(RECEIVER), this.net.task({ ...changes, title }));
  }

  /** The envelope of a proposal by the output party, whatever its document says. */
  async proposal(title: Title, changes: Record<string, unknown>): Promise<Uint8Array> {
    const { board } = await this.session(RECEIVER);
    await board.refresh();
    const payload = {
      by: RECEIVER,
      at: new Date().toISOString(),
      seen: board.book.seen,
      consortium: board.book.consortium.digest,
      nonce: randomBytes(32).toString('hex'),
      document: { ...this.net.task(), ...changes, title },
    };
    return signDocument('proposal', payload, signerOf(this.identity(RECEIVER)));
  }

  /** The task as this party sees it, once it has read everything that the log holds now. */
  async as(party: string, task: TaskLife): Promise<{ session: Session; task: TaskLife }> {
    const session = await this.session(party);
    await session.board.refresh();
    return { session, task: session.task(task.id) };
  }

  /** What a controller sees, which has no part in the task. */
  async witness(task: TaskLife): Promise<TaskLife> {
    return (await this.as('watchdog', task)).task;
  }

  /** All at once, as parties do that know nothing of each other. */
  async submit(task: TaskLife, parties: readonly string[] = INPUTS): Promise<void> {
    await Promise.all(
      parties.map(async (party) => {
        const { session } = await this.as(party, task);
        await submit(session, task.id, this.net.table(party), PATIENCE);
      }),
    );
  }

  /** The values of a result, by statistic. */
  async result(task: TaskLife): Promise<Record<string, string | undefined>> {
    const { session } = await this.as(RECEIVER, task);
    const { document } = await fetchResult(session, task.id, PATIENCE);
    const index = session.task(task.id).entries.at(-1) ?? 0;
    attest('nobody', 'exact', `the result; log entry ${index}`);
    return Object.fromEntries(
      document.result.statistics.map(({ name, rows }) => [name, String(rows[0]?.value)]),
    );
  }

  /** Waits until the witness sees this of the task, whether or not it has ended. */
  async see<T>(task: TaskLife, what: (life: TaskLife) => T | undefined): Promise<T> {
    const { session } = await this.as('watchdog', task);
    const answer = what(session.task(task.id));
    if (answer !== undefined) return answer;
    for await (const _changed of session.board.follow(AbortSignal.timeout(PATIENCE.timeoutMs))) {
      const later = what(session.task(task.id));
      if (later !== undefined) return later;
    }
    throw new Error('the log has come to an end');
  }

  reached(task: TaskLife, phase: TaskLife['phase']): Promise<TaskLife> {
    return this.see(task, (life) => (life.phase === phase ? life : undefined));
  }

  async ending(task: TaskLife): Promise<Ending> {
    const ending = await this.see(task, (life) => life.ending);
    const { board } = (await this.as('watchdog', task)).session;
    const keys = board.book.consortium.signingKeys;
    const { entries, ignored } = board.book.task(task.id);
    const abort = entries.find((index) => openDocument(board.entry(index), keys).kind === 'abort');
    if (abort === undefined) {
      const index = ignored.find(({ code }) => code === ending.code)?.index ?? entries.at(-1);
      attest(EVERY_READER, ending.code, `log entry ${index ?? '?'}`);
    } else {
      attest(ending.by, ending.code, `its abort, log entry ${abort}`);
    }
    return ending;
  }

  /** Waits until the log shows a document that counts for nothing, and says why. */
  async ignored(task: TaskLife, kind: Kind, by: string): Promise<Ignored> {
    const found = await this.see(task, (life) =>
      life.ignored.find((entry) => entry.kind === kind && entry.by === by),
    );
    attest(EVERY_READER, found.code, `log entry ${found.index}`);
    return found;
  }

  /** Waits until an entry that belongs to no task has been read, and says why it does not. */
  async stray(index: number): Promise<Stray> {
    const { board } = await this.session('watchdog');
    await board.refresh();
    const found = board.book.strays.find((stray) => stray.index === index);
    if (found === undefined) throw new Error(`entry ${index} belongs to a task`);
    attest(EVERY_READER, found.code, `log entry ${index}`);
    return found;
  }

  /** Waits until the daemon of the controller reports this of a task, with evidence where there is any to show. */
  async reported(task: TaskLife, accused: string, code: ErrorCode): Promise<Found> {
    const find = () => foundIn(this.net, task.id).find((one) => one.accused === accused && one.code === code);
    await eventually(() => Promise.resolve(find() !== undefined));
    const found = find() ?? expect.fail('it was there');
    const evidence = found.evidence === null ? 'its report' : `evidence ${basename(found.evidence)}`;
    attest('controller', code, `${evidence}: ${found.kind} of ${accused}`);
    return found;
  }

  /** Waits until the daemon of the controller reports this of an entry that belongs to no task. */
  async reportedStray(index: number, code: ErrorCode): Promise<void> {
    const find = () => strayFound(this.net, index);
    await eventually(() => Promise.resolve(find() !== undefined));
    const { kind, accused, evidence, code: found } = find() ?? expect.fail('it was there');
    expect([kind, accused, found]).toEqual(['rule-broken', 'aggregator', code]);
    attest('controller', code, `evidence ${basename(evidence ?? '')}: ${kind} of ${accused}`);
  }

  /** Waits until the daemon of the controller has recomputed all of a task, and has found nothing. */
  async foundClean(task: TaskLife): Promise<void> {
    for (const check of ['key', 'evaluation'] as const) await checked(this.net, task.id, check);
    expect(foundIn(this.net, task.id)).toEqual([]);
    attest('controller', 'clean', 'its report on the honest task');
  }

  /**
   * Waits until the daemon of the controller has read all that the log holds, and has recomputed what it can of a task:
   * what happened left nothing in the log that should not be there.
   */
  async foundNothing(task: TaskLife): Promise<void> {
    expect(await foundAtLast(this.net, await this.session('watchdog'), task.id)).toEqual([]);
    attest('controller', 'clean', 'its report');
  }

  /** The refusal with one of these codes that a call meets; `by` is who gives it. */
  async refused(by: string, call: () => unknown, ...codes: ErrorCode[]): Promise<StrongroomError> {
    const error = await refusal(call, ...codes);
    attest(by, error.code, WITHOUT_ANSWER[error.code] ?? 'its answer');
    return error;
  }

  /** Waits until the daemon of a party has logged something that matches. */
  async logged(party: string, words: RegExp): Promise<void> {
    await eventually(() => Promise.resolve(words.test(this.log(party))));
  }

  /** Signs a document as a party, and has the same or another party append it. Throws the aggregator's refusal. */
  async say<K extends Kind>(
    task: TaskLife,
    kind: K,
    content: Content<K>,
    { by, through = by }: { by: string; through?: string },
  ): Promise<number> {
    const { board } = (await this.as(through, task)).session;
    return board.append(this.sign(task, kind, content, by, board.book.seen));
  }

  sign<K extends Kind>(
    task: TaskLife,
    kind: K,
    content: Content<K>,
    by: string,
    seen: Payload<'approval'>['seen'],
  ): Uint8Array {
    const header = { task: task.id, by, at: new Date().toISOString(), seen };
    return signDocument(
      kind,
      { ...header, ...content } as unknown as Payload<K>,
      signerOf(this.identity(by)),
    );
  }

  /** Uploads bytes for a task and names them. */
  async put(party: string, task: TaskLife, bytes: Uint8Array): Promise<Blob> {
    const { session } = await this.as(party, task);
    await session.board.put(task.id, bytes);
    return blobOf(bytes);
  }

  /** An object as it is on the aggregator's disk. */
  object(digest: string): Buffer {
    return objectOf(this.#blobs, digest);
  }

  /** Whoever runs the aggregator can write on its disk. */
  replaceObject(digest: string, bytes: Uint8Array): void {
    replaceObject(this.#blobs, digest, bytes);
  }

  get #blobs(): string {
    return join(this.net.folder, 'aggregator', 'state', 'blobs');
  }

  /** What a daemon has logged. */
  log(party: string): string {
    return readFileSync(join(this.net.folder, party, 'daemon.log'), 'utf8');
  }
}

export function blobOf(bytes: Uint8Array): Blob {
  return { digest: sha256Hex(bytes), size: bytes.length };
}

/** Waits for something that cannot be followed. */
export async function eventually(check: () => Promise<boolean>): Promise<void> {
  const late = Date.now() + PATIENCE.timeoutMs;
  while (!(await check())) {
    if (Date.now() > late) throw new Error('it did not happen in time');
    await new Promise((done) => setTimeout(done, 50));
  }
}
