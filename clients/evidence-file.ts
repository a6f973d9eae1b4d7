/** Evidence from a file, checked offline. */
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StrongroomError } from '../proto/errors.ts';
import { openConsortium } from '../trust/consortium.ts';
import { parseEvidence, verifyEvidence, type Proven } from '../trust/evidence.ts';

/** Behind the name of an evidence file: the folder with the objects that are too large to stand in it, by digest. */
export const OBJECTS_BESIDE = '.objects';

/** Verifies the evidence in a file. `pin` is a digest of 64 digits, or a file with a consortium document. */
export async function verifyEvidenceFile(file: string, pin: string | undefined): Promise<Proven> {
  const beside = async (digest: string) =>
    new Uint8Array(await readFile(join(file + OBJECTS_BESIDE, digest)));
  return verifyEvidence(parseEvidence(read(file)), { pinned: pinned(pin), beside });
}

function pinned(pin: string | undefined): string | undefined {
  if (pin === undefined || (/^[0-9a-f]{64}$/.test(pin) && !existsSync(pin))) return pin;
  return openConsortium(read(pin)).digest;
}

function read(file: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file));
  } catch (cause) {
    throw new StrongroomError('NOT_FOUND', `The file ${file} cannot be read.`, { cause });
  }
}
