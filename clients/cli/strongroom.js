#!/usr/bin/env node
// Runs the command line on Node 24 or newer: this one, or the one that npm installed beside the project.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const self = fileURLToPath(import.meta.url);
const cache = fileURLToPath(new URL('../../node_modules/.cache/strongroom', import.meta.url));
const bundled = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= 24) {
  // Node calls SQLite and ML-KEM experimental in 24; a user of the command line cannot do anything about it.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') process.stderr.write(`${warning.stack ?? warning.message}\n`);
  });
  // Kept in the project's own folder: whoever can write there can write the program too.
  process.env['NODE_COMPILE_CACHE'] = cache;
  module.enableCompileCache(cache);
  // Whoever reads our output may stop reading, as `head` does.
  process.stdout.on('error', (error) => {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EPIPE') throw error;
    process.exit();
  });
  await import('./main.ts');
} else if (existsSync(bundled)) {
  const { status, signal } = spawnSync(bundled, [self, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exitCode = signal === null ? (status ?? 1) : 1;
} else {
  process.stderr.write(`strongroom needs Node 24 or newer; this is ${process.version}. Run npm ci first.\n`);
  process.exitCode = 2;
}
