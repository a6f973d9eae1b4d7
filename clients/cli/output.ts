/** Where the command line writes: results on standard output, progress on standard error, `--json` for programs. */
import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { EXIT_CODES, StrongroomError } from '../../proto/errors.ts';

export interface Output {
  readonly json: boolean;
  /** The result of the command: `value` as JSON with `--json`, else the text. */
  result(value: unknown, text: string): void;
  /** A line of progress; silent with `--quiet`. */
  progress(line: string): void;
}

/** What every command gets beside its own arguments. */
export interface Context {
  readonly output: Output;
  readonly profile: string;
  /** Whether progress is not wanted. */
  readonly quiet: boolean;
}

export function createOutput({ json, quiet }: { json: boolean; quiet: boolean }): Output {
  return {
    json,
    result: (value, text) => {
      process.stdout.write(
        json ? `${JSON.stringify(value, null, 2)}\n` : text.endsWith('\n') ? text : `${text}\n`,
      );
    },
    progress: (line) => {
      if (!quiet) process.stderr.write(`${line}\n`);
    },
  };
}

/** Reports an error and sets the exit code: 2 input, 3 refused, 4 unreachable, 1 anything else. */
export function fail(error: unknown, json: boolean): void {
  const known = error instanceof StrongroomError ? error : undefined;
  process.exitCode = EXIT_CODES[known?.kind ?? 'internal'];
  const code = known?.code ?? 'INTERNAL';
  const message = error instanceof Error ? error.message : String(error);
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ error: { code, message, details: known?.details ?? {} } }, null, 2)}\n`,
    );
  } else {
    process.stderr.write(`strongroom: ${message} [${code}]\n`);
  }
  if (known === undefined && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
}

export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  return count < 1e6 ? `${(count / 1e3).toFixed(1)} kB` : `${(count / 1e6).toFixed(2)} MB`;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

/** A number of seconds, in milliseconds. */
export function timeout(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0 && value <= 1e6) return value * 1000;
  throw new StrongroomError('USAGE', `A time-out is a number of seconds, not ${text}.`);
}

/** A file that is to be written at the end: that its folder is there is checked before the work begins. */
export function outputFile(path: string): string {
  try {
    accessSync(dirname(path), constants.W_OK);
    return path;
  } catch (cause) {
    throw new StrongroomError(
      'USAGE',
      `${path} cannot be written: there is no such folder, or it is not yours.`,
      {
        cause,
      },
    );
  }
}
