/** The command line as a process of its own: waited for, read along with, or killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../clients/cli/strongroom.js', import.meta.url));
export interface Ended {
  /** The exit code, or the name of the signal. */
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** When it is killed where it has not ended by itself. */
  readonly limitMs?: number;
}

export class ClientProcess {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';

  /** Starts `strongroom ARGS…`, without a terminal. It is killed where it has not ended by itself in good time. */
  constructor(args: readonly string[], { env = {}, cwd, limitMs = 100_000 }: ProcessOptions = {}) {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => (this.#stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()));
    const late = setTimeout(() => child.kill('SIGKILL'), limitMs);
    this.ended = new Promise((done) => {
      child.once('close', (code, signal) => {
        clearTimeout(late);
        done({ code: code ?? signal ?? 'unknown', stdout: this.#stdout, stderr: this.#stderr });
      });
    });
  }

  /** Resolves once the process has written the text, to either stream; throws where it ends without. */
  async says(text: string): Promise<void> {
    const written = () => this.#stdout.includes(text) || this.#stderr.includes(text);
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        if (written()) resolve();
      };
      this.#child.stdout?.on('data', look);
      this.#child.stderr?.on('data', look);
      look();
      void this.ended.then(({ code, stderr }) =>
        reject(new Error(`ended (${code}) without saying "${text}":\n${stderr}`)),
      );
    });
  }

  /** SIGKILL gives it no say; with SIGTERM it may tidy up. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<Ended> {
    this.#child.kill(signal);
    return this.ended;
  }
}

/** Runs `strongroom ARGS…` to its end. */
export function strongroom(args: readonly string[], options: ProcessOptions = {}): Promise<Ended> {
  return new ClientProcess(args, options).ended;
}
