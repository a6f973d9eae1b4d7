/** What a campaign leaves on the disk, so that a finding can be fed to the decoder again, byte for byte. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deserialize, serialize } from 'node:v8';
import type { Target } from './decoder.ts';

const FOLDER = fileURLToPath(new URL('../../../out/fuzz', import.meta.url));

const materialFile = (target: string, seed: number): string => join(FOLDER, target, `${seed}.material`);

/** What the corpus of a seed is made from: the keys are fresh in every run, unless the run of this seed was kept. */
export async function materialOf(target: Target, seed: number): Promise<unknown> {
  const file = materialFile(target.name, seed);
  if (existsSync(file)) return deserialize(readFileSync(file));
  const material = await target.make();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, serialize(material));
  return material;
}

/** Removes what nobody will want to replay. */
export function forgetMaterial(target: string, seed: number): void {
  rmSync(materialFile(target, seed), { force: true });
}

/** Writes down the input that shows a finding; returns the file. */
export function keepInput(target: string, seed: number, iteration: number, input: Uint8Array): string {
  const file = join(FOLDER, target, `${seed}-${iteration}.input`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, input);
  return file;
}

/** What a file written by `keepInput` holds, and of which target and seed. */
export function keptInput(file: string): { target: string; seed: number; input: Uint8Array } {
  const seed = /^(\d+)-\d+\.input$/.exec(basename(file))?.[1];
  if (seed === undefined) throw new Error(`${file} is not the input of a finding: SEED-ITERATION.input`);
  const input = new Uint8Array(readFileSync(file));
  return { target: basename(dirname(file)), seed: Number(seed), input };
}
