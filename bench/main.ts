/** `npm run bench`: figures of this machine, as a table, or as JSON with `--json`. */
import { cpus } from 'node:os';
import { measureEncryption, usualParameters } from './encryption.ts';

const figures = await measureEncryption(usualParameters(), 2_000);
const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };

if (process.argv.includes('--json')) {
  process.stdout.write(`${JSON.stringify({ machine, encryption: figures }, null, 2)}\n`);
} else {
  process.stdout.write(
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}\n` +
      `encode and encrypt, one thread, full ciphertexts of ${figures.slots} values: ` +
      `${(figures.valuesPerSecond / 1e6).toFixed(2)} million values a second\n`,
  );
}
