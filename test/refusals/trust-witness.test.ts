/** A witness never cosigns two histories: whatever it is asked, in whatever order, and wherever it is killed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { StrongroomError } from '../../proto/errors.ts';
import type { Signer } from '../../trust/ed25519.ts';
import { signCheckpoint } from '../../trust/log/checkpoint.ts';
import { cosignatureLine, openCosigned, requireWitnesses } from '../../trust/log/cosignature.ts';
import { Cosigner } from '../../trust/log/cosigner.ts';
import { leafOf } from '../../trust/log/entry.ts';
import { MerkleTree } from '../../trust/log/merkle.ts';
import { signNote } from '../../trust/log/signed-note.ts';
import { WitnessStore } from '../../trust/storage/witness-store.ts';
import { newSigner, refusal } from '../fixtures/trust-parties.ts';

const folder = mkdtempSync(join(tmpdir(), 'strongroom-witness-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newFile = (): string => join(folder, `witness-${files++}.db`);

const origin = 'strongroom/test';
const operator = newSigner('aggregator');
const log = { origin, keys: new Map([[origin, operator.publicKey]]) };
const holder = newSigner('holder-1');
const keys = new Map([[holder.name, holder.publicKey]]);

const entries = Array.from({ length: 20 }, (_, i) => new TextEncoder().encode(`entry ${i}`));
const TREES = {
  one: new MerkleTree(entries.map(leafOf)),
  // The same up to entry 5, another from there on.
  other: new MerkleTree(entries.map((entry, i) => leafOf(i < 5 ? entry : Uint8Array.of(i)))),
};
type History = keyof typeof TREES;
const checkpointOf = (history: History, size: number): string =>
  signCheckpoint({ origin, size, root: TREES[history].root(size) }, operator);

function request(history: History, oldSize: number, size: number) {
  const proof = oldSize === 0 ? [] : TREES[history].consistencyProof(oldSize, size);
  return { oldSize, proof, checkpoint: checkpointOf(history, size) };
}

/** Nothing, for a refusal with LOG_INCONSISTENT; any other error is thrown. */
function inconsistent(error: unknown): undefined {
  if (!(error instanceof StrongroomError) || error.code !== 'LOG_INCONSISTENT') throw error;
}

test('whatever is asked in whatever order, what was cosigned is one history, over restarts', async () => {
  const ask = fc.record({
    history: fc.constantFrom<History>('one', 'other'),
    size: fc.integer({ min: 1, max: 20 }),
    honestOldSize: fc.boolean(),
    restart: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(ask, { maxLength: 12 }), async (asked) => {
      const file = newFile();
      let store = new WitnessStore(file);
      const cosigned: { size: number; root: Uint8Array }[] = [];
      for (const { history, size, honestOldSize, restart } of asked) {
        if (restart) {
          store[Symbol.dispose]();
          store = new WitnessStore(file);
        }
        const cosigner = new Cosigner(log, holder, store);
        const oldSize = Math.min(honestOldSize ? cosigner.size : Math.max(0, cosigner.size - 1), size);
        const add = (): string => cosigner.add(request(history, oldSize, size));
        const note = await Promise.resolve().then(add).catch(inconsistent);
        if (note !== undefined) cosigned.push(openCosigned(note, log, keys));
      }
      store[Symbol.dispose]();
      const agrees = (history: History) =>
        cosigned.every(({ size, root }) => Buffer.from(TREES[history].root(size)).equals(root));
      expect(agrees('one') || agrees('other')).toBe(true);
      expect(cosigned.map(({ size }) => size)).toEqual(
        cosigned.map(({ size }) => size).toSorted((a, b) => a - b),
      );
    }),
    { numRuns: 60 },
  );
});

test('what is cosigned is on disk before the signature exists', () => {
  const file = newFile();
  const seen: (number | undefined)[] = [];
  const watching: Signer = {
    ...holder,
    sign: (message) => {
      using another = new WitnessStore(file);
      seen.push(another.last?.size);
      return holder.sign(message);
    },
  };
  using store = new WitnessStore(file);
  new Cosigner(log, watching, store).add(request('one', 0, 7));
  new Cosigner(log, watching, store).add(request('one', 7, 9));
  expect(seen).toEqual([7, 9]);
});

test('both checkpoints stand in the refusal of a second history, and nothing has changed', async () => {
  using store = new WitnessStore(newFile());
  const cosigner = new Cosigner(log, holder, store);
  cosigner.add(request('one', 0, 8));
  for (const size of [8, 12]) {
    const { details } = await refusal(() => cosigner.add(request('other', 8, size)), 'LOG_INCONSISTENT');
    expect(details).toEqual({
      check: 'split-view',
      held: checkpointOf('one', 8),
      shown: checkpointOf('other', size),
    });
  }
  expect([cosigner.size, cosigner.last]).toEqual([8, checkpointOf('one', 8)]);
});

test('an old size that is not the last one, a proof too many or too few, another log', async () => {
  using store = new WitnessStore(newFile());
  const cosigner = new Cosigner(log, holder, store);
  const [first, next] = [request('one', 0, 8), request('one', 8, 12)];
  await refusal(() => cosigner.add({ ...first, proof: next.proof }), 'LOG_INCONSISTENT');
  cosigner.add(first);
  const stale = await refusal(() => cosigner.add(request('one', 0, 12)), 'LOG_INCONSISTENT');
  expect(stale.details).toEqual({ check: 'stale', size: 8 });
  await refusal(() => cosigner.add(request('one', 4, 12)), 'LOG_INCONSISTENT');
  await refusal(() => cosigner.add({ ...next, proof: [] }), 'LOG_INCONSISTENT');
  await refusal(() => cosigner.add({ ...next, proof: next.proof.slice(1) }), 'LOG_INCONSISTENT');
  await refusal(() => cosigner.add({ ...request('one', 4, 6), oldSize: 8 }), 'LOG_INCONSISTENT');
  const unsigned = signCheckpoint({ origin, size: 12, root: TREES.one.root(12) }, newSigner('impostor'));
  await refusal(() => cosigner.add({ ...next, checkpoint: unsigned }), 'SIGNATURE_INVALID');
  expect(cosigner.size).toBe(8);
  // The last one again is allowed: the process may have been killed before it was handed in.
  cosigner.add(request('one', 8, 8));
});

test('no altered byte of a cosignature counts', async () => {
  const checkpoint = checkpointOf('one', 8);
  const line = cosignatureLine(checkpoint, origin, holder, 1_700_000_000);
  requireWitnesses(openCosigned(checkpoint + line, log, keys), ['holder-1']);
  const at = line.lastIndexOf(' ') + 1;
  const value = Buffer.from(line.slice(at), 'base64');
  for (const index of value.keys()) {
    const altered = Buffer.from(value);
    altered[index] = (altered[index] ?? 0) ^ 1;
    const note = `${checkpoint}${line.slice(0, at)}${altered.toString('base64')}\n`;
    const count = () => requireWitnesses(openCosigned(note, log, keys), ['holder-1']);
    await refusal(count, 'SIGNATURE_INVALID', 'NOT_WITNESSED');
  }
});

test.each([
  ['of another checkpoint', () => cosignatureLine(checkpointOf('one', 7), origin, holder, 1)],
  ['of the other history', () => cosignatureLine(checkpointOf('other', 8), origin, holder, 1)],
  ['of another log', () => cosignatureLine(checkpointOf('one', 8), 'strongroom/else', holder, 1)],
  ['by another party', () => cosignatureLine(checkpointOf('one', 8), origin, newSigner('holder-1'), 1)],
  [
    'under another name',
    () => cosignatureLine(checkpointOf('one', 8), origin, { ...holder, name: 'holder-2' }, 1),
  ],
  ['with a time of 64 bits', () => cosignatureLine(checkpointOf('one', 8), origin, holder, 2 ** 63)],
  [
    'that is a signature of the other type',
    () => {
      const { name } = { name: `${origin}/holder-1` };
      const [text = ''] = checkpointOf('one', 8).split('\n\n');
      return signNote(`${text}\n`, { ...holder, name }).split('\n\n')[1] ?? '';
    },
  ],
])('a cosignature %s is none', async (_name, line) => {
  const note = checkpointOf('one', 8) + line();
  const count = () => requireWitnesses(openCosigned(note, log, keys), ['holder-1']);
  await refusal(count, 'SIGNATURE_INVALID', 'NOT_WITNESSED');
});

test('one witness under two lines is one witness', async () => {
  const checkpoint = checkpointOf('one', 8);
  const lines = [1, 2].map((time) => cosignatureLine(checkpoint, origin, holder, time)).join('');
  const cosigned = openCosigned(checkpoint + lines, log, keys);
  expect(cosigned.witnesses).toEqual(['holder-1']);
  await refusal(() => requireWitnesses(cosigned, ['holder-1', 'holder-2']), 'NOT_WITNESSED');
});
