/**
 * What every daemon's process has in common: its options, a log on standard error, one line on standard output
 * when it is ready, a clean end on SIGTERM and SIGINT, and the exit codes of the command line.
 */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { pino, type Logger } from 'pino';
import { EXIT_CODES, StrongroomError } from '../proto/errors.ts';
import { collectBuffersWithTheHeap } from './buffer-collection.ts';
import { openProfile, type Profile } from './profile.ts';

/** Fields that never reach a log, wherever somebody puts them. */
const REDACTED = [
  'seed',
  'secret',
  'secrets',
  'passphrase',
  'share',
  'shares',
  'record',
  'records',
  'signingKey',
  'sealingKey',
  'tlsKey',
];
/** Where they are looked for: in the object that is logged, and in objects in it down to this depth. */
const WITHIN = ['', '*.', '*.*.', '*.*.*.'];

/** Lets through what an error says for itself; a cause may quote bytes that are nobody's business. */
function errorForLog(error: unknown): object {
  if (error instanceof StrongroomError)
    return { code: error.code, message: error.message, details: error.details };
  return error instanceof Error ? { message: error.message, stack: error.stack } : { message: String(error) };
}

export function createLogger(name: string, level: string): Logger {
  const paths = REDACTED.flatMap((field) => WITHIN.map((within) => within + field));
  const redact = { paths, remove: true };
  const destination = pino.destination({ fd: 2, sync: true });
  // A disk that takes no log is no reason to stop.
  destination.on('error', () => undefined);
  return pino({ name, level, redact, serializers: { err: errorForLog } }, destination);
}

export type Run = (
  profile: Profile,
  log: Logger,
  stop: AbortSignal,
  /** To be called once, with the address under which the daemon can be reached. */
  ready: (address: string) => void,
) => Promise<void>;

/** Runs a daemon until it is told to stop; sets the exit code. Its command line may have `options` beside `--config`. */
export async function runDaemon(kind: string, run: Run, options: ParseArgsOptionsConfig = {}): Promise<void> {
  collectBuffersWithTheHeap();
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  try {
    const { values } = parseArgs({
      options: {
        ...options,
        config: { type: 'string' },
        'until-stdin-ends': { type: 'boolean', default: false },
      },
    });
    if (typeof values.config !== 'string')
      throw new StrongroomError('USAGE', 'Name the configuration with --config FILE.yaml.');
    if (values['until-stdin-ends']) stopWithStdin(stop);
    const profile = openProfile(values.config);
    const log = createLogger(`${kind} ${profile.identity.card.party}`, profile.config['log-level']);
    await run(profile, log, stop.signal, (address) => {
      process.stdout.write(`${JSON.stringify({ ready: address, pid: process.pid })}\n`);
      log.info({ address }, 'ready');
    });
  } catch (error) {
    if (stop.signal.aborted) return;
    const known = error instanceof StrongroomError ? error : undefined;
    process.stderr.write(`${JSON.stringify({ level: 60, ...errorForLog(error) })}\n`);
    process.exitCode = EXIT_CODES[known?.kind ?? 'internal'];
  } finally {
    // What still listens for the end would keep the process.
    stop.abort();
  }
}

/** The other end of the pipe closes however the process that holds it ends, SIGKILL included. */
function stopWithStdin(stop: AbortController): void {
  process.stdin
    .once('end', () => stop.abort())
    .once('error', () => stop.abort())
    .resume();
  stop.signal.addEventListener('abort', () => process.stdin.destroy());
}
