/**
 * An aggregator with two histories: `holder-3` is shown a copy of the log, which is the same as everybody else's up to
 * the evaluation of a task whose title names the attack, and another from there on. Each half is a whole log, with
 * checkpoints, proofs and cosignatures that hold. To `holder-1`, which waits for cosignatures, it shows a checkpoint of
 * the second.
 */
import { join } from 'node:path';
import { Aggregator } from '../../../aggregator/aggregator.ts';
import { BlobClaims } from '../../../aggregator/blob-service-claims.ts';
import { blobService } from '../../../aggregator/blob-service.ts';
import { boardService, checkpointsOf } from '../../../aggregator/board-service.ts';
import { Cosignatures } from '../../../aggregator/cosignatures.ts';
import { PartyLimits } from '../../../aggregator/limits.ts';
import { LogStore } from '../../../aggregator/log-store.ts';
import { witnessService } from '../../../aggregator/witness-service.ts';
import { Attendance } from '../../../transport/attendance.ts';
import { runDaemon } from '../../../transport/daemon.ts';
import type { Profile } from '../../../transport/profile.ts';
import { serve, type CallContext, type Service } from '../../../transport/server.ts';
import { identifyBy, serverCredentials } from '../../../transport/tls.ts';
import { TaskBook } from '../../../trust/book.ts';
import { signStep, type Content, type Kind } from '../../../trust/documents.ts';
import { signerOf } from '../../../trust/identity.ts';
import type { TaskLife } from '../../../trust/life.ts';
import { openBlobStore } from '../../../trust/storage/blob-store.ts';
import type { Attack } from './attacks.ts';

const VICTIM = 'holder-3';
const WAITING = 'holder-1';
const SHOWN: Attack = 'shows two histories';

/** One of the two logs, with everything that an honest aggregator has around it. */
class History {
  readonly store: LogStore;
  readonly book: TaskBook;
  readonly cosignatures: Cosignatures;
  readonly checkpoint: (size: number) => string;

  constructor({ consortium, identity, state }: Profile, name: string) {
    this.store = new LogStore(join(state, `${name}.db`));
    this.cosignatures = new Cosignatures(join(state, `${name}-cosignatures.db`));
    this.checkpoint = checkpointsOf(this.store, consortium.log.origin, signerOf(identity));
    this.book = new TaskBook(consortium);
    this.store.onEntry((index, envelope) => this.book.read([envelope], this.checkpoint(index + 1)));
  }
}

class TwoFacedAggregator extends Aggregator {
  readonly #fork: (task: TaskLife, content: object) => void;

  constructor(
    options: ConstructorParameters<typeof Aggregator>[0],
    fork: (task: TaskLife, content: object) => void,
  ) {
    super(options);
    this.#fork = fork;
  }

  protected override say<K extends Kind>(task: TaskLife, kind: K, content: Content<K>): void {
    const { title } = task.document;
    if (kind === 'evaluation' && title === SHOWN) this.#fork(task, content);
    super.say(task, kind, content);
  }
}

await runDaemon('aggregator', async (profile, log, stop, ready) => {
  const { identity, consortium, config, state, consortiumEnvelope } = profile;
  const [shown, second] = [new History(profile, 'log'), new History(profile, 'second')];
  let forked = false;
  shown.store.onEntry((_index, envelope) => {
    if (!forked) second.store.append(envelope);
  });
  shown.store.append(consortiumEnvelope);

  const blobs = await openBlobStore(join(state, 'blobs'));
  const options = {
    identity,
    book: shown.book,
    blobs,
    append: (envelope: Uint8Array) => void shown.store.append(envelope),
    log,
  };
  const aggregator = new TwoFacedAggregator(options, (task, content) => {
    forked = true;
    const speaker = { signer: signerOf(identity), seen: second.book.seen, at: new Date(Date.now() + 1) };
    second.store.append(signStep('evaluation', task.id, content as Content<'evaluation'>, speaker));
  });
  await using attendance = new Attendance({
    attend: (task) => aggregator.attend(task),
    tasks: () => shown.book.tasks.values(),
    log,
  });
  shown.store.onEntry(() => attendance.noticeAll());

  const limits = new PartyLimits(config.limits, () => false);
  const [first, other] = [shown, second].map(({ store, book, cosignatures, checkpoint }) => ({
    board: boardService({
      log: store,
      limits,
      checkpoint,
      admit: (envelope, { party }) => book.admit(envelope, party),
      examine: (envelope) => aggregator.examine(envelope),
    }),
    witnesses: witnessService({ limits, log: store, cosignatures, checkpoint, consortium: () => consortium }),
  }));
  if (first === undefined || other === undefined) throw new Error('two histories');
  const toVictim = ({ caller }: CallContext): boolean => caller.party === VICTIM;
  const server = await serve({
    address: config.aggregator,
    credentials: serverCredentials(identity, consortium),
    identify: identifyBy(() => consortium),
    services: [
      eitherOf(
        first.board,
        other.board,
        (context, method) => toVictim(context) && (forked || method !== 'Append'),
      ),
      eitherOf(first.witnesses, other.witnesses, (context, method) => {
        const waits = method === 'Cosigned' && context.caller.party === WAITING;
        return forked && (toVictim(context) || waits);
      }),
      blobService({
        blobs,
        claims: new BlobClaims(join(state, 'claims.db')),
        limits,
        quota: (id, { party }) => aggregator.quota(id, party),
        checkReader: () => undefined,
      }),
    ],
    onFailure: (path, error) => log.warn({ path, err: error }, 'a call failed'),
  });
  ready(config.aggregator);
  await new Promise<void>((done) => stop.addEventListener('abort', () => done(), { once: true }));
  await server.close();
});

/** One service that answers each call by the second of two where `choose` says so. */
function eitherOf(
  first: Service,
  second: Service,
  choose: (context: CallContext, method: string) => boolean,
): Service {
  const methods = Object.keys(first.handlers).map((name) => {
    const handler = (request: object, context: CallContext): unknown =>
      (choose(context, name) ? second : first).handlers[name]?.(request, context);
    return [name, handler] as const;
  });
  return { contract: first.contract, handlers: Object.fromEntries(methods) };
}
