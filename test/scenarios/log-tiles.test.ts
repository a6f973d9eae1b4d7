/**
 * The log as the ecosystem reads it: a client that knows c2sp.org/tlog-tiles, tlog-checkpoint and tlog-cosignature and
 * nothing of Strongroom follows it over plain HTTP, with hashes and signatures of its own.
 */
import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkpointsOf } from '../../aggregator/board-service.ts';
import { Cosignatures } from '../../aggregator/cosignatures.ts';
import { LogStore } from '../../aggregator/log-store.ts';
import { exportTiles, serveTiles, type TilesOptions } from '../../aggregator/tiles.ts';
import { signerOf } from '../../trust/identity.ts';
import { cosignatureLine } from '../../trust/log/cosignature.ts';
import { leafHash, MerkleTree } from '../../trust/log/merkle.ts';
import { parseTilePath, tileBytes, tilePath, tilesOf } from '../../trust/log/tiles.ts';
import { newCast } from '../fixtures/transport-cast.ts';
import { HOLDERS } from '../fixtures/trust-parties.ts';
import type { Cast } from '../fixtures/transport-network.ts';

const SIZE = 700;
const NEWER = 3;

let cast: Cast;
let options: TilesOptions;
let url: string;
const folder = mkdtempSync(join(tmpdir(), 'strongroom-tiles-'));
const opened = new AsyncDisposableStack();
const envelopes = Array.from({ length: SIZE + NEWER }, () => randomBytes(50));

beforeAll(async () => {
  cast = await newCast();
  const log = opened.use(new LogStore(join(folder, 'log.db')));
  const cosignatures = opened.use(new Cosignatures(join(folder, 'cosignatures.db')));
  const { origin } = cast.consortium.log;
  const checkpoint = checkpointsOf(log, origin, signerOf(cast.party('aggregator')));
  options = { log, cosignatures, checkpoint, consortium: () => cast.consortium };
  for (const envelope of envelopes) log.append(envelope);
  for (const party of [...HOLDERS, 'only-controller']) {
    const line = cosignatureLine(checkpoint(SIZE), origin, signerOf(cast.party(party)), 1_700_000_000);
    cosignatures.add(SIZE, party, line);
  }
  // One witness is ahead of the others: what is published waits for them.
  const [ahead = ''] = HOLDERS;
  const line = cosignatureLine(checkpoint(SIZE + 1), origin, signerOf(cast.party(ahead)), 1_700_000_000);
  cosignatures.add(SIZE + 1, ahead, line);
  const server = opened.use(await serveTiles('127.0.0.1:0', options));
  url = `http://127.0.0.1:${server.port}/`;
});
afterAll(async () => {
  await opened.disposeAsync();
  rmSync(folder, { recursive: true });
});

const sha256 = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
const node = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.of(1), left, right);

/** MTH of RFC 6962 §2.1, straight from its definition. */
function mth(hashes: readonly Buffer[]): Buffer {
  const [only] = hashes;
  if (hashes.length === 1 && only !== undefined) return only;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return node(mth(hashes.slice(0, split)), mth(hashes.slice(split)));
}

async function get(path: string): Promise<Buffer> {
  const response = await fetch(url + path);
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

const split = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: bytes.length / size }, (_, i) => bytes.subarray(i * size, (i + 1) * size));

/** The signature lines of a note, by key name, with the text that they sign. */
function readNote(note: string): { text: string; lines: Map<string, Buffer> } {
  const at = note.indexOf('\n\n');
  const lines = note
    .slice(at + 2, -1)
    .split('\n')
    .map((line) => /^— (\S+) (\S+)$/.exec(line))
    .map((match) => [match?.[1] ?? '', Buffer.from(match?.[2] ?? '', 'base64')] as const);
  return { text: note.slice(0, at + 1), lines: new Map(lines) };
}

function isSigned(rawKey: Uint8Array, message: string, signature: Uint8Array): boolean {
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(rawKey).toString('base64url') },
    format: 'jwk',
  });
  return verify(null, Buffer.from(message), key, signature);
}

const keyOf = (party: string): Uint8Array => signerOf(cast.party(party)).publicKey;

test('a client follows the log from its checkpoint down to every entry', async () => {
  const { text, lines } = readNote((await get('checkpoint')).toString());
  const [origin = '', size = '', root = ''] = text.split('\n');
  expect([origin, Number(size)]).toEqual(['strongroom/test', SIZE]);
  expect(isSigned(keyOf('aggregator'), text, lines.get(origin)?.subarray(4) ?? Buffer.alloc(0))).toBe(true);
  for (const party of [...HOLDERS, 'only-controller']) {
    const line = lines.get(`${origin}/${party}`) ?? Buffer.alloc(0);
    const key = keyOf(party);
    expect(line.subarray(0, 4)).toEqual(
      sha256(Buffer.from(`${origin}/${party}\n`), Buffer.of(4), key).subarray(0, 4),
    );
    const message = `cosignature/v1\ntime ${line.readBigUInt64BE(4)}\n${text}`;
    expect(isSigned(key, message, line.subarray(12))).toBe(true);
  }

  const leaves = (await Promise.all(['tile/0/000', 'tile/0/001', 'tile/0/002.p/188'].map(get))).flatMap(
    (tile) => split(tile, 32),
  );
  expect(leaves).toHaveLength(SIZE);
  expect(mth(leaves).toString('base64')).toBe(root);
  const above = split(await get('tile/1/000.p/2'), 32);
  expect(above).toEqual([mth(leaves.slice(0, 256)), mth(leaves.slice(256, 512))]);

  const bundles = await Promise.all(
    ['tile/entries/000', 'tile/entries/001', 'tile/entries/002.p/188'].map(get),
  );
  const entries = bundles.flatMap((bundle) => split(bundle, 34));
  for (const [index, entry] of entries.entries()) {
    expect(entry.readUInt16BE(0)).toBe(32);
    expect(entry.subarray(2)).toEqual(sha256(envelopes[index] ?? Buffer.alloc(0)));
    expect(leaves[index]).toEqual(sha256(Buffer.of(0), entry.subarray(2)));
  }
  expect(entries).toHaveLength(SIZE);
});

test.each([
  'tile/0/003',
  'tile/0/002.p/192',
  'tile/0/002',
  'tile/1/000.p/3',
  'tile/2/000.p/1',
  'tile/0/000.p/256',
  'tile/0/000.p/0',
  'tile/0/0',
  'tile/00/000',
  'tile/0/x000/000',
  'tile/64/000',
  'tile/entries/003.p/1',
  'tile/0/../../log.db',
  'log.db',
  '',
  'checkpoint/',
])('nothing stands at /%s', async (path) => {
  expect((await fetch(url + path.replaceAll('..', '%2e%2e'))).status).toBe(404);
});

test('nothing can be written', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
    expect((await fetch(`${url}checkpoint`, { method })).status).toBe(405);
  }
});

test('the same as files, which grow with the log', async () => {
  const files = join(folder, 'files');
  await exportTiles(files, options);
  await exportTiles(files, options);
  for (const tile of tilesOf(SIZE)) {
    const path = tilePath(tile);
    expect(readFileSync(join(files, path))).toEqual(await get(path));
  }
  expect(readFileSync(join(files, 'checkpoint'))).toEqual(await get('checkpoint'));
});

test('tiles of a large tree are those of golang.org/x/mod/sumdb/tlog', () => {
  const vector = JSON.parse(readFileSync(new URL('../vectors/tlog.json', import.meta.url), 'utf8')) as {
    size: number;
    tiles: Record<string, string>;
  };
  const entry = (index: number): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt(index));
    return sha256(bytes);
  };
  const tree = new MerkleTree(Array.from({ length: vector.size }, (_, i) => leafHash(entry(i))));
  for (const [path, digest] of Object.entries(vector.tiles)) {
    const tile = parseTilePath(path);
    if (tile === undefined || tile.level === 'entries') throw new Error(path);
    const { level, index, width } = tile;
    expect(sha256(tileBytes(tree, { level, index, width }) ?? Buffer.alloc(0)).toString('hex')).toBe(digest);
  }
  const paths = [...tilesOf(vector.size)].filter(({ level }) => level !== 'entries').map(tilePath);
  expect(paths).toHaveLength(258 + 2 + 1);
  expect(paths).toEqual(expect.arrayContaining(Object.keys(vector.tiles)));
  expect(tilePath({ level: 0, index: 1234067, width: 256 })).toBe('tile/0/x001/x234/067');
  expect(parseTilePath('tile/0/x001/x234/067')).toEqual({ level: 0, index: 1234067, width: 256 });
});
