/** The aggregator as a running service: the log, the store of large objects, and what it does of its own accord. */
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { StrongroomError } from '../proto/errors.ts';
import { Attendance } from '../transport/attendance.ts';
import type { Profile } from '../transport/profile.ts';
import { serve } from '../transport/server.ts';
import { identifyBy, serverCredentials } from '../transport/tls.ts';
import { TaskBook } from '../trust/book.ts';
import { payloadType } from '../trust/documents.ts';
import { parseEnvelope } from '../trust/envelope.ts';
import { signerOf } from '../trust/identity.ts';
import { openBlobStore } from '../trust/storage/blob-store.ts';
import { Aggregator, type AggregatorOptions } from './aggregator.ts';
import { Cosignatures } from './cosignatures.ts';
import { BlobClaims } from './blob-service-claims.ts';
import { blobService } from './blob-service.ts';
import { boardService, checkpointsOf } from './board-service.ts';
import { PartyLimits } from './limits.ts';
import { LogStore } from './log-store.ts';
import { isOver, Retention } from './retention.ts';
import { exportTiles, serveTiles } from './tiles.ts';
import { witnessService } from './witness-service.ts';

/** How often it is looked for objects that are to be deleted. */
const RETENTION_PERIOD_MS = 5_000;
/** How often new tiles of the log are written, where they are kept as files. */
const TILES_PERIOD_MS = 5_000;

/** Runs until `stop`. `create` lets a test put another aggregator in the place of the honest one. */
export async function runAggregator(
  profile: Profile,
  log: Logger,
  stop: AbortSignal,
  ready: (address: string) => void,
  create: (options: AggregatorOptions) => Aggregator = (options) => new Aggregator(options),
): Promise<void> {
  const { identity, consortium, state, config } = profile;
  using store = new LogStore(join(state, 'log.db'));
  using cosignatures = new Cosignatures(join(state, 'cosignatures.db'));
  using claims = new BlobClaims(join(state, 'claims.db'));
  using retention = new Retention(join(state, 'retention.db'));
  await using blobs = await openBlobStore(join(state, 'blobs'));
  const checkpoint = checkpointsOf(store, consortium.log.origin, signerOf(identity));

  if (store.size === 0) store.append(profile.consortiumEnvelope);
  const book = new TaskBook(consortium);
  book.read(store.read(0, Infinity), checkpoint(store.size));
  using aggregator = create({ identity, book, blobs, append: (envelope) => store.append(envelope), log });

  await using attendance = new Attendance({
    attend: (task) => aggregator.attend(task),
    tasks: () => book.tasks.values(),
    log,
  });
  store.onEntry((index, envelope) => {
    for (const task of book.read([envelope], checkpoint(index + 1))) void attendance.notice(task);
  });
  const limits = new PartyLimits(config.limits, (task) => isOver(book.tasks.get(task)));
  const server = await serve({
    address: config.aggregator,
    credentials: serverCredentials(identity, book.consortium),
    identify: identifyBy(() => book.consortium),
    services: [
      boardService({
        log: store,
        limits,
        isProposal: (envelope) => parseEnvelope(envelope).payloadType === payloadType('proposal'),
        checkpoint,
        admit: (envelope, caller) => aggregator.admit(envelope, caller.party),
        examine: (envelope) => aggregator.examine(envelope),
      }),
      witnessService({
        limits,
        log: store,
        cosignatures,
        checkpoint,
        consortium: () => book.consortium,
      }),
      blobService({
        blobs,
        claims,
        limits,
        quota: (id, caller) => {
          const task = book.tasks.get(id);
          if (task !== undefined && retention.hasPassed(task, new Date())) throw overdue();
          return aggregator.quota(id, caller.party);
        },
        stored: (task, object, caller) => aggregator.stored(task, object, caller.party),
        checkReader: (digest, caller) => aggregator.checkReader(digest, caller.party),
      }),
    ],
    onFailure: (path, error) => log.warn({ path, err: error }, 'a call failed'),
  });
  await using _deleting = repeating(
    RETENTION_PERIOD_MS,
    async () => {
      for (const { id } of await retention.enforce(book.tasks.values(), { blobs, claims }, new Date())) {
        log.info({ task: id }, 'the objects of the task are deleted: its retention has passed');
      }
    },
    (error) => log.error({ err: error }, 'deleting objects failed; it will be tried again'),
  );
  const tiles = { log: store, cosignatures, checkpoint, consortium: () => book.consortium };
  const { listen, folder } = config.tiles;
  await using _tiles = listen === undefined ? undefined : await serveTiles(listen, tiles);
  await using _exporting =
    folder === undefined
      ? undefined
      : repeating(
          TILES_PERIOD_MS,
          () => exportTiles(resolve(profile.folder, folder), tiles),
          (error) => log.error({ err: error }, 'writing tiles failed; it will be tried again'),
        );
  attendance.noticeAll();
  ready(config.aggregator);
  await new Promise<void>((done) => stop.addEventListener('abort', () => done(), { once: true }));
  await server.close();
}

function overdue(): StrongroomError {
  return new StrongroomError('PHASE_CLOSED', 'The task is over and its retention has passed.');
}

/** Does something now and then, one time after the other, until it is disposed of. */
function repeating(
  periodMs: number,
  work: () => Promise<void>,
  onFailure: (error: unknown) => void,
): AsyncDisposable {
  let running = Promise.resolve();
  const again = () => (running = running.then(work).catch(onFailure));
  const timer = setInterval(() => void again(), periodMs);
  void again();
  return {
    [Symbol.asyncDispose]: () => {
      clearInterval(timer);
      return running;
    },
  };
}
