/** A board in a process of its own, to be killed: `node transport-server-process.ts FOLDER`, with FOLDER/cast inside. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize } from 'node:v8';
import type { Identity } from '../trust/identity.ts';
import { castOf, newNetwork } from './transport-network.ts';

const folder = process.argv[2] ?? '.';
const { parties, consortium } = deserialize(readFileSync(join(folder, 'cast'))) as {
  parties: Identity[];
  consortium: Uint8Array;
};
const { address } = await newNetwork(castOf(parties, consortium), { folder });
process.stdout.write(`${address}\n`);
