/**
 * The log for monitors and witnesses outside (c2sp.org/tlog-tiles): read-only, over plain HTTP, or as files to be put
 * behind any web server. It shows digests of documents and no document.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { StrongroomError } from '../proto/errors.ts';
import type { Consortium } from '../trust/consortium.ts';
import { readCheckpoint } from '../trust/log/checkpoint.ts';
import { entryBundle, parseTilePath, tileBytes, tilePath, tilesOf, type Tile } from '../trust/log/tiles.ts';
import { writeFileAtomic } from '../trust/storage/files.ts';
import type { Cosignatures } from './cosignatures.ts';
import type { LogStore } from './log-store.ts';

/** Among how many of the newest entries the published checkpoint is looked for. */
const RECENT = 10_000;

export interface TilesOptions {
  readonly log: LogStore;
  readonly cosignatures: Cosignatures;
  /** The signed checkpoint of the first `size` entries. */
  readonly checkpoint: (size: number) => string;
  readonly consortium: () => Consortium;
}

/**
 * The newest checkpoint that all standing key holders have cosigned, with all its cosignatures; while there is none, the
 * newest of those that most of them have.
 */
function publishedCheckpoint({ log, cosignatures, checkpoint, consortium }: TilesOptions): string {
  const { keyHolders } = consortium();
  const from = Math.max(1, log.size - RECENT);
  const best = cosignatures.best(keyHolders, { from, to: log.size, prefer: 'largest' });
  const size = best?.size ?? log.size;
  return checkpoint(size) + cosignatures.lines(size);
}

/** The bytes of a tile or bundle; undefined where the log has not so many entries. */
function bytesOf({ log }: TilesOptions, { level, index, width }: Tile): Uint8Array | undefined {
  if (level !== 'entries') return tileBytes(log.tree, { level, index, width });
  const entries = log.entries(index * 256, width);
  return entries.length === width ? entryBundle(entries) : undefined;
}

/** Serves the log at `host:port`, or at a port of this machine, until it is disposed of. Throws UNREACHABLE where the address cannot be bound. */
export async function serveTiles(
  address: string,
  options: TilesOptions,
): Promise<AsyncDisposable & { readonly port: number }> {
  const split = address.lastIndexOf(':');
  // Loaded where it is wanted: it brings an HTTP client along.
  const { createServer } = await import('node:http');
  const server = createServer((request, response) => answer(options, request, response));
  server.requestTimeout = 10_000;
  server.maxConnections = 256;
  await new Promise<void>((done, fail) => {
    server.once('error', (cause) => {
      fail(
        new StrongroomError('UNREACHABLE', `The address ${address} for tiles cannot be bound.`, { cause }),
      );
    });
    server.listen(Number(address.slice(split + 1)), split < 0 ? '127.0.0.1' : address.slice(0, split), done);
  });
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    [Symbol.asyncDispose]: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function answer(
  options: TilesOptions,
  { method, url = '' }: IncomingMessage,
  response: ServerResponse,
): void {
  if (method !== 'GET' && method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
    return;
  }
  const found = resourceAt(options, url.slice(1));
  if (found === undefined) {
    response.writeHead(404).end();
    return;
  }
  const { bytes, type, cache } = found;
  response.writeHead(200, {
    'content-type': type,
    'content-length': Buffer.byteLength(bytes),
    'cache-control': cache,
  });
  response.end(method === 'HEAD' ? undefined : bytes);
}

function resourceAt(
  options: TilesOptions,
  path: string,
): { bytes: Uint8Array | string; type: string; cache: string } | undefined {
  if (path === 'checkpoint') {
    return { bytes: publishedCheckpoint(options), type: 'text/plain; charset=utf-8', cache: 'no-cache' };
  }
  const tile = parseTilePath(path);
  const bytes = tile === undefined ? undefined : bytesOf(options, tile);
  if (bytes === undefined) return undefined;
  return { bytes, type: 'application/octet-stream', cache: 'public, max-age=31536000, immutable' };
}

/**
 * Writes the log as files below a folder: tiles that are not there yet, then the checkpoint, so that everything that it
 * covers is there.
 */
export async function exportTiles(folder: string, options: TilesOptions): Promise<void> {
  const checkpoint = publishedCheckpoint(options);
  const { size } = readCheckpoint(checkpoint);
  for (const tile of tilesOf(size)) {
    const file = join(folder, tilePath(tile));
    if (existsSync(file)) continue;
    const bytes = bytesOf(options, tile);
    if (bytes === undefined) throw new StrongroomError('INTERNAL', 'The log lacks an entry that it counts.');
    await mkdir(dirname(file), { recursive: true });
    await writeFileAtomic(file, bytes, 0o644);
  }
  await writeFileAtomic(join(folder, 'checkpoint'), checkpoint, 0o644);
}
