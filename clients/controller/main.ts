/** The process of a controller. */
import { parseArgs } from 'node:util';
import { runDaemon } from '../../transport/daemon.ts';
import { runController } from './service.ts';

const JSON_LINES = { json: { type: 'boolean' } } as const;
const { json } = parseArgs({ options: JSON_LINES, strict: false }).values;
const table = json !== true && process.stdout.isTTY;

await runDaemon(
  'controller',
  (profile, log, stop, ready) => {
    // The screen tells everything; lines from the log would break into the table.
    if (table) log.level = 'error';
    return runController(profile, log, stop, ready, json === true ? 'json' : table ? 'table' : 'lines');
  },
  JSON_LINES,
);
