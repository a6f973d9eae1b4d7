/** What must hold of a decoder for every input whatsoever. */
import { StrongroomError } from '../../../proto/errors.ts';
import { mutateBytes } from './bytes.ts';
import type { Decoder } from './decoder.ts';
import { Random } from './random.ts';

const LIMIT_MS = 250;
const LONG_MESSAGE = 20_000;

export type Verdict =
  | { readonly outcome: 'refused'; readonly code: string }
  | { readonly outcome: 'accepted' }
  /** A defect: `what` is the same for inputs that show the same one. */
  | { readonly outcome: 'finding'; readonly what: string };

/** The input of one iteration; it depends on nothing but the corpus, the seed and the number. */
export function inputOf(
  decoder: Decoder<unknown>,
  target: string,
  seed: number,
  iteration: number,
): Uint8Array {
  const random = new Random(target, seed, iteration);
  const { corpus, mutations } = decoder;
  let bytes = random.pick(corpus);
  for (let changes = 1 + random.small(4); changes > 0; changes -= 1) {
    const change = mutations.length > 0 && random.oneIn(2) ? random.pick(mutations) : mutateBytes;
    bytes = change(bytes, random, corpus);
  }
  return bytes;
}

/** Feeds the decoder. Never throws. */
export async function judge(decoder: Decoder<unknown>, input: Uint8Array): Promise<Verdict> {
  const { verdict, elapsedMs } = await feed(decoder, input);
  const limit = decoder.limitMs ?? LIMIT_MS;
  if (elapsedMs <= limit || verdict.outcome === 'finding') return verdict;
  // A busy machine or a garbage collection makes anything slow once; what is slow again is slow.
  const again = [elapsedMs];
  for (let i = 0; i < 2; i += 1) again.push((await feed(decoder, input)).elapsedMs);
  return Math.min(...again) <= limit ? verdict : finding(`takes longer than ${limit} ms`);
}

async function feed(
  decoder: Decoder<unknown>,
  input: Uint8Array,
): Promise<{ verdict: Verdict; elapsedMs: number }> {
  const start = process.threadCpuUsage();
  let outcome: { value: unknown } | { error: unknown };
  try {
    // The decoder may keep or wipe what it is given.
    const decoded = decoder.decode(input.slice());
    outcome = { value: decoded instanceof Promise ? await decoded : decoded };
  } catch (error) {
    outcome = { error };
  }
  const { user, system } = process.threadCpuUsage(start);
  const verdict =
    'error' in outcome ? judgeError(decoder, outcome.error) : judgeValue(decoder, outcome.value, input);
  return { verdict, elapsedMs: (user + system) / 1000 };
}

function judgeValue(decoder: Decoder<unknown>, value: unknown, input: Uint8Array): Verdict {
  let objection: string | undefined;
  try {
    objection = decoder.objection(value, input);
  } catch (error) {
    objection = `what was decoded cannot be used: ${describe(error)}`;
  }
  return objection === undefined ? { outcome: 'accepted' } : finding(`accepted: ${objection}`);
}

function judgeError({ codes, secrets = [] }: Decoder<unknown>, error: unknown): Verdict {
  if (!(error instanceof StrongroomError)) return finding(`throws ${describe(error)}`);
  if (!codes.includes(error.code)) return finding(`refuses with ${error.code}: ${error.message}`);
  const told = `${error.message}\n${JSON.stringify(error.details)}`;
  if (told.length > LONG_MESSAGE) return finding('refuses with a message of more than 20,000 characters');
  if (secrets.some((secret) => told.includes(secret))) return finding(`${error.code} repeats a secret`);
  return { outcome: 'refused', code: error.code };
}

function finding(what: string): Verdict {
  // Numbers and quoted pieces differ from input to input.
  const general = what.replaceAll(/\d+/g, 'n').replaceAll(/"[^"]*"|'[^']*'/g, '"…"');
  return { outcome: 'finding', what: general.slice(0, 300) };
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return `something that is no Error: ${typeof error}`;
  const frame = error.stack
    ?.split('\n')
    .find((line) => /\/(?!test\/)[a-z]+\/[\w/-]+\.ts/.test(line) && !line.includes('/test/'));
  return `${error.name}: ${error.message.split('\n')[0] ?? ''}${frame === undefined ? '' : ` ${frame.trim()}`}`;
}
