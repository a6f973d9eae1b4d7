/** A controller's figures for Prometheus, on a loopback address where the configuration names one. */
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { StrongroomError } from '../../proto/errors.ts';
import type { TaskBook } from '../../trust/book.ts';
import type { Check, ControllerState } from './state.ts';

const PREFIX = 'strongroom_controller_';

export class Metrics implements AsyncDisposable {
  readonly #registry = new Registry();
  readonly #checks: Counter<'check'>;
  readonly #seconds: Histogram<'check'>;
  #server: Server | undefined;

  constructor(book: TaskBook, state: ControllerState) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    const gauge = <L extends string>(
      name: string,
      help: string,
      labelNames: readonly L[],
      collect: (this: Gauge<L>) => void,
    ): Gauge<L> => new Gauge<L>({ name: PREFIX + name, help, labelNames, registers, collect });
    gauge('log_entries', 'Entries of the log that have been read and verified.', [], function () {
      this.set(book.follower.size);
    });
    gauge('tasks', 'Tasks in the log, by phase.', ['phase'], function () {
      this.reset();
      for (const { phase } of book.tasks.values()) this.inc({ phase });
    });
    gauge(
      'findings',
      'Violations that were found, by kind of evidence (unproven where there is none) and by who is accused.',
      ['kind', 'accused'],
      function () {
        this.reset();
        for (const { kind, accused } of state.findings()) this.inc({ kind, accused });
      },
    );
    this.#checks = new Counter({
      name: `${PREFIX}checks_total`,
      help: 'Checks that were made, since the state folder was made.',
      labelNames: ['check'],
      registers,
    });
    for (const [check, count] of state.counts()) this.#checks.inc({ check }, count);
    this.#seconds = new Histogram({
      name: `${PREFIX}check_seconds`,
      help: 'How long a check took, with fetching what it needs.',
      labelNames: ['check'],
      buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100],
      registers,
    });
  }

  checked({ check }: Check, ms: number): void {
    this.#checks.inc({ check });
    this.#seconds.observe({ check }, ms / 1000);
  }

  /** Serves `GET /metrics` on this `host:port`. Throws USAGE where the address cannot be used. */
  async listen(address: string): Promise<void> {
    const { hostname, port } = new URL(`http://${address}`);
    // Loaded where it is wanted: it brings an HTTP client along.
    const { createServer } = await import('node:http');
    const server = createServer((request, response) => void this.#answer(request, response, address));
    server.listen(Number(port), hostname.replaceAll(/[[\]]/g, ''));
    try {
      await once(server, 'listening');
    } catch (cause) {
      throw new StrongroomError('USAGE', `The metrics cannot be served on ${address}.`, { cause });
    }
    this.#server = server;
  }

  /** A page that a browser has loaded from elsewhere must not read them under another host name. */
  async #answer(request: IncomingMessage, response: ServerResponse, address: string): Promise<void> {
    const known = request.headers.host === address && request.method === 'GET' && request.url === '/metrics';
    if (!known) {
      response.writeHead(404).end();
      return;
    }
    const text = await this.#registry.metrics();
    response.writeHead(200, { 'content-type': this.#registry.contentType }).end(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise<void>((done) =>
      this.#server === undefined ? done() : this.#server.close(() => done()),
    );
  }
}
