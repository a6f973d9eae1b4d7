/**
 * Services are processes of their own, also where a command needs a part of one: its program is started, never
 * imported, and answers with one JSON object on standard output. Its questions and its progress go to ours.
 */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { StrongroomError, type ErrorCode } from '../../proto/errors.ts';

type Answer =
  object | { error: { code: ErrorCode; message: string; details?: Record<string, string | number> } };

/** The answer of a program of a service. Throws the error that it answers with, INTERNAL where it says nothing. */
export async function answerOf(program: string, args: readonly string[]): Promise<object> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
    // Over the channel it notices that we have gone.
    stdio: ['inherit', 'pipe', 'inherit', 'ipc'],
  });
  if (child.stdout === null) throw new TypeError('no pipe');
  const forward = () => child.kill('SIGTERM');
  process.on('SIGTERM', forward);
  // The terminal sends Ctrl-C to the whole group; the child ends by itself, and so do we after it.
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  try {
    const said = await text(child.stdout);
    if (said === '') throw new StrongroomError('INTERNAL', `${program} has ended without an answer.`);
    const answer = JSON.parse(said) as Answer;
    if (!('error' in answer)) return answer;
    const { code, message, details = {} } = answer.error;
    throw new StrongroomError(code, message, { details });
  } finally {
    process.off('SIGTERM', forward).off('SIGINT', ignore);
  }
}

/** Joined, so that a value which begins with a hyphen stays one. */
export const option = (name: string, value: string | undefined): string[] =>
  value === undefined ? [] : [`--${name}=${value}`];

/** Collects an option that may be repeated. */
export const collect = (value: string, before: readonly string[]): string[] => [...before, value];

/** Runs a program in place of this one: its streams are ours, our signals are its, and so is its exit code. */
export async function runInPlace(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
    stdio: 'inherit',
  });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  // The terminal sends Ctrl-C to the whole group; the child ends by itself, and so do we after it.
  process.on('SIGINT', () => undefined);
  process.exitCode = await new Promise<number>((done) => child.once('exit', (code) => done(code ?? 1)));
}
