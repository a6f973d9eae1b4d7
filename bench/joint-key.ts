/** A joint key made by all its holders in one process, one after another. */
import { randomBytes } from 'node:crypto';
import { openHolderCeremony } from '../schemes/key-share.ts';
import type { SchemeContext } from '../schemes/scheme.ts';

export interface MadeKey {
  readonly jointKey: Uint8Array;
  readonly seeds: readonly Uint8Array[];
  /** The messages, by round and then by holder. */
  readonly transcript: readonly (readonly Uint8Array[])[];
}

/** Plays the whole ceremony with these seeds, or with fresh ones. */
export async function makeJointKey(context: SchemeContext, given?: readonly Uint8Array[]): Promise<MadeKey> {
  const { holders } = context.parameters;
  const seeds = given ?? Array.from({ length: holders }, () => Uint8Array.from(randomBytes(32)));
  const parts = await Promise.all(seeds.map((seed, holder) => openHolderCeremony(context, seed, holder)));
  const transcript: Uint8Array[][] = [];
  try {
    for (;;) {
      const [first] = parts;
      if (first?.finished === true) return { jointKey: first.jointKey(), seeds, transcript };
      const messages: Uint8Array[] = [];
      for (const part of parts) messages.push(await part.contribution());
      for (const part of parts) await part.take(messages);
      transcript.push(messages);
    }
  } finally {
    for (const part of parts) part[Symbol.dispose]();
  }
}
