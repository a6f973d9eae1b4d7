/** Cosignatures over mutual TLS: only a witness's own, only of the log as it is, and none is counted that is not one. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signerOf } from '../../trust/identity.ts';
import { openCheckpoint, signCheckpoint } from '../../trust/log/checkpoint.ts';
import { cosignatureLine, openCosigned } from '../../trust/log/cosignature.ts';
import { newCast } from '../fixtures/transport-cast.ts';
import { type Cast, newNetwork, type Network } from '../fixtures/transport-network.ts';
import { refusal } from '../fixtures/trust-parties.ts';

let cast: Cast;
let network: Network;
beforeAll(async () => {
  cast = await newCast();
  network = await newNetwork(cast);
  await network.dial('holder-a').board.append(cast.document);
});
afterAll(() => network[Symbol.asyncDispose]());

const HOLDERS = ['holder-a', 'holder-b', 'holder-c'];

/** The next checkpoint of the log. */
async function grow(): Promise<{ size: number; checkpoint: string }> {
  const { checkpoint } = await network.dial('holder-a').board.append(randomBytes(100));
  const { log } = cast.consortium;
  return { size: openCheckpoint(checkpoint, log.origin, log.keys).size, checkpoint };
}

function cosigned(checkpoint: string, by: string): string {
  const { origin } = cast.consortium.log;
  return checkpoint + cosignatureLine(checkpoint, origin, signerOf(cast.party(by)), 1_700_000_000);
}

const ask = async (size: number, witnesses: string[], waitMs = 0) => {
  const note = await network.dial('only-input').witnesses.cosigned({ size, witnesses, waitMs });
  return openCosigned(note, cast.consortium.log, cast.consortium.witnesses);
};

test('a checkpoint is handed out once all who are asked for have cosigned it, and not before', async () => {
  const { size, checkpoint } = await grow();
  await network.dial('holder-a').witnesses.cosign(cosigned(checkpoint, 'holder-a'));
  expect(await ask(size, HOLDERS)).toMatchObject({ size, witnesses: ['holder-a'] });
  const waiting = ask(size, HOLDERS, 30_000);
  for (const by of ['holder-b', 'holder-c', 'only-controller']) {
    await network.dial(by).witnesses.cosign(cosigned(checkpoint, by));
  }
  expect((await waiting).witnesses).toEqual(expect.arrayContaining(HOLDERS));
  expect((await ask(size, ['only-controller'])).witnesses).toEqual([...HOLDERS, 'only-controller']);
});

test('the smallest tree that all have cosigned, of those that are large enough', async () => {
  const [first, second, third] = [await grow(), await grow(), await grow()];
  for (const by of HOLDERS) {
    for (const { checkpoint } of by === 'holder-b' ? [second, third] : [first, second, third]) {
      await network.dial(by).witnesses.cosign(cosigned(checkpoint, by));
    }
  }
  expect((await ask(first.size, HOLDERS)).size).toBe(second.size);
  expect((await ask(first.size, ['holder-c', 'holder-c'])).size).toBe(first.size);
  expect((await ask(third.size, HOLDERS)).size).toBe(third.size);
});

test('more that wait than a connection has streams do not keep their own party from cosigning', async () => {
  await using board = network.board('holder-a');
  const waiting: Promise<string>[] = [];
  const grown: string[] = [];
  for (let i = 0; i < 100; i += 1) {
    const { size, checkpoint } = await grow();
    grown.push(checkpoint);
    await board.refresh();
    waiting.push(board.cosigned(size, HOLDERS, 20_000));
  }
  const [first = '', last = ''] = [grown[0], grown.at(-1)];
  for (const checkpoint of [first, last]) {
    for (const by of ['holder-b', 'holder-c'])
      await network.dial(by).witnesses.cosign(cosigned(checkpoint, by));
    await board.cosign(cosigned(checkpoint, 'holder-a'));
  }
  const notes = await Promise.all(waiting);
  expect(notes[0]?.startsWith(first)).toBe(true);
  for (const note of notes.slice(1)) expect(note.startsWith(last)).toBe(true);
});

test('where no checkpoint is cosigned in time, all who wait are told, and one that comes later is found', async () => {
  await using board = network.board('holder-a');
  const [small, large] = [await grow(), await grow()];
  await board.refresh();
  for (const by of ['holder-a', 'holder-b']) {
    for (const { checkpoint } of [small, large])
      await network.dial(by).witnesses.cosign(cosigned(checkpoint, by));
  }
  const both = () => [small, large].map(({ size }) => board.cosigned(size, HOLDERS, 200));
  await Promise.all(both().map((wait) => refusal(() => wait, 'NOT_WITNESSED')));
  await network.dial('holder-c').witnesses.cosign(cosigned(large.checkpoint, 'holder-c'));
  for (const note of await Promise.all(both())) expect(note.startsWith(large.checkpoint)).toBe(true);
});

test('what another has cosigned, or nobody, is not taken', async () => {
  const { size, checkpoint } = await grow();
  const { witnesses } = network.dial('holder-a');
  await refusal(() => witnesses.cosign(cosigned(checkpoint, 'holder-b')), 'NOT_WITNESSED');
  await refusal(() => witnesses.cosign(checkpoint), 'NOT_WITNESSED');
  const forged = cosigned(checkpoint, 'holder-a').replace(/(.)AAA/, '$1AAB');
  await refusal(() => witnesses.cosign(forged), 'SIGNATURE_INVALID', 'NOT_WITNESSED');
  await refusal(() => witnesses.cosign('no note'), 'DOCUMENT_INVALID');
  expect((await ask(size, HOLDERS)).witnesses).toEqual([]);
});

test('a checkpoint of another history, and one of a longer log, come back with the one that the log has', async () => {
  const { size } = await grow();
  const { origin } = cast.consortium.log;
  const operator = signerOf(cast.party('aggregator'));
  for (const other of [size, size + 1]) {
    const checkpoint = signCheckpoint({ origin, size: other, root: randomBytes(32) }, operator);
    const shown = cosigned(checkpoint, 'holder-a');
    const call = () => network.dial('holder-a').witnesses.cosign(shown);
    const { details } = await refusal(call, 'LOG_INCONSISTENT');
    expect(details['shown']).toBe(shown);
    expect(openCheckpoint(String(details['held']), origin, cast.consortium.log.keys).size).toBe(size);
  }
});

test('a tree that is not there yet, too many names, too long a wait', async () => {
  const { size } = await grow();
  await refusal(() => ask(size + 1, HOLDERS), 'NOT_FOUND');
  await refusal(() => ask(2 ** 60, HOLDERS), 'NOT_FOUND');
  await refusal(() => ask(size, Array<string>(65).fill('holder-a')), 'DOCUMENT_INVALID');
  await refusal(() => ask(size, HOLDERS, 30_001), 'DOCUMENT_INVALID');
});
