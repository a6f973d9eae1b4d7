/**
 * Other systems as contestants: each a child process that speaks the protocol of `bench/peers/README.md`. A peer whose
 * toolchain is absent, or that is not prepared, is told with its own words and takes no part.
 */
import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import * as z from 'zod';
import { StrongroomError } from '../../proto/errors.ts';
import type { Absent, Answer, Contestant } from './benchmark.ts';

const HELLO_TIMEOUT_MS = 30_000;

const Hello = z.object({ peer: z.string(), version: z.string(), benchmarks: z.array(z.string()) });
const Reply = z.union([
  z.object({ error: z.string() }),
  z.object({
    seconds: z.number().nonnegative(),
    units: z.number().positive(),
    answer: z.json(),
    note: z.string().optional(),
  }),
]);

export type PeerSize = Readonly<Record<string, number | string | readonly string[]>>;

/** A running peer. */
export class Peer implements AsyncDisposable {
  readonly name: string;
  readonly version: string;
  readonly benchmarks: readonly string[];
  readonly #child: Child;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: Child, lines: AsyncIterator<string>, hello: z.infer<typeof Hello>) {
    this.#child = child;
    this.#lines = lines;
    this.name = hello.peer;
    this.version = hello.version;
    this.benchmarks = hello.benchmarks;
  }

  /** Starts `program` in its folder. Absent where it ends at once, with the last line that it said on standard error. */
  static async start(name: string, program: string, cache: string): Promise<Peer | Absent> {
    const child: Child = spawn(program, [], {
      cwd: join(program, '..'),
      env: { ...process.env, PEER_CACHE: cache },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const said = lastLineOf(child.stderr);
    const ended = endOf(child);
    // Where it ends while it is asked something, that is seen at its output.
    child.stdin.on('error', () => undefined);
    const reader: Interface = createInterface({ input: child.stdout });
    const lines = reader[Symbol.asyncIterator]();
    const first = await within(HELLO_TIMEOUT_MS, lines.next(), () => child.kill('SIGKILL'));
    if (first?.done !== false) {
      const code = await ended;
      return { name, why: said() || `ended at once (${code})` };
    }
    return new Peer(child, lines, Hello.parse(JSON.parse(first.value)));
  }

  /** Asks once. Throws TIMED_OUT after `seconds`, UNREACHABLE where it ends, INTERNAL where it says that it failed. */
  async ask(
    benchmark: string,
    size: PeerSize,
    seconds: number,
  ): Promise<Exclude<z.infer<typeof Reply>, { error: string }>> {
    this.#child.stdin.write(`${JSON.stringify({ run: benchmark, size })}\n`);
    const next = await within(seconds * 1000, this.#lines.next(), () => this.#child.kill('SIGKILL'));
    if (next === undefined) {
      throw new StrongroomError('TIMED_OUT', `${this.name} has not finished ${benchmark} in ${seconds} s.`);
    }
    if (next.done === true)
      throw new StrongroomError('UNREACHABLE', `${this.name} ended during ${benchmark}.`);
    const reply = Reply.parse(JSON.parse(next.value));
    if ('error' in reply) throw new StrongroomError('INTERNAL', `${this.name}, ${benchmark}: ${reply.error}`);
    return reply;
  }

  /** It ends at the end of its input; where not, it is killed. */
  async [Symbol.asyncDispose](): Promise<void> {
    const ended = endOf(this.#child);
    this.#child.stdin.end();
    await within(2_000, ended, () => this.#child.kill('SIGKILL'));
    await ended;
  }
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** The peers of this machine: those in `folder`, started when they are first asked for. */
export class Peers implements AsyncDisposable {
  readonly #folder: string;
  readonly #cache: string;
  #started: Promise<readonly (Peer | Absent)[]> | undefined;

  constructor(folder: string, cache: string) {
    this.#folder = resolve(folder);
    this.#cache = resolve(cache);
  }

  get names(): string[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder).filter((name) => existsSync(join(this.#folder, name, 'run')));
  }

  all(): Promise<readonly (Peer | Absent)[]> {
    this.#started ??= Promise.all(
      this.names.map((name) => Peer.start(name, join(this.#folder, name, 'run'), join(this.#cache, name))),
    );
    return this.#started;
  }

  /** Those that were asked for so far. */
  async started(): Promise<readonly (Peer | Absent)[]> {
    return (await this.#started) ?? [];
  }

  /** Contestants for a benchmark: every peer that offers it. Each run may take `seconds`. */
  async contestants(benchmark: string, size: PeerSize, seconds = 120): Promise<(Contestant | Absent)[]> {
    const offering = (await this.all()).flatMap((peer) =>
      peer instanceof Peer && peer.benchmarks.includes(benchmark) ? [peer] : [],
    );
    return Promise.all(offering.map((peer) => contestant(peer, benchmark, size, seconds)));
  }

  /** Calls every `prepare`; tells what each said last, and whether it is ready. */
  async *prepare(): AsyncGenerator<{ name: string; ready: boolean; said: string }, void, undefined> {
    for (const name of this.names) {
      const cache = join(this.#cache, name);
      mkdirSync(cache, { recursive: true });
      const folder = join(this.#folder, name);
      const env = { ...process.env, PEER_CACHE: cache };
      const child = spawn(join(folder, 'prepare'), [], {
        cwd: folder,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child.stdout.resume();
      const said = lastLineOf(child.stderr);
      const code = await endOf(child);
      yield { name, ready: code === '0', said: said() || (code === '0' ? 'ready' : `ended with ${code}`) };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of (await this.#started) ?? [])
      if (peer instanceof Peer) await peer[Symbol.asyncDispose]();
  }
}

/** Asked once for nothing, so that what it says about itself is known and its keys are made. */
async function contestant(
  peer: Peer,
  benchmark: string,
  size: PeerSize,
  seconds: number,
): Promise<Contestant | Absent> {
  const name = `${peer.name} ${peer.version}`;
  try {
    let last = await peer.ask(benchmark, size, seconds);
    const { note } = last;
    return {
      name,
      note,
      peer: true,
      async run() {
        last = await peer.ask(benchmark, size, seconds);
        return last;
      },
      answer: () => Promise.resolve(last.answer as Answer),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const givenUp = error instanceof StrongroomError && error.code === 'TIMED_OUT';
    return { name, why, ...(givenUp && { moreThanSeconds: seconds }) };
  }
}

function lastLineOf(stream: Readable): () => string {
  let tail = '';
  stream.setEncoding('utf8').on('data', (text: string) => (tail = (tail + text).slice(-2_000)));
  return () => tail.trim().split('\n').at(-1) ?? '';
}

function endOf(child: ChildProcess): Promise<string> {
  if (child.exitCode !== null) return Promise.resolve(String(child.exitCode));
  if (child.signalCode !== null) return Promise.resolve(child.signalCode);
  return new Promise((done) => {
    child.once('close', (code, signal) => done(String(code ?? signal)));
    child.once('error', (error) => done(error.message));
  });
}

/** What `promise` gives in time; otherwise `late` is called, and nothing is given. */
async function within<T>(ms: number, promise: Promise<T>, late: () => unknown): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      late();
      resolve(undefined);
    }, ms);
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
