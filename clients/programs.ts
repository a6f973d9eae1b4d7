/** Services are processes of their own: where their programs are. */
import { fileURLToPath } from 'node:url';

/** The entry points of the daemons: they are started as processes, never imported. */
export const DAEMONS = {
  aggregator: fileURLToPath(new URL('../aggregator/main.ts', import.meta.url)),
  'key-holder': fileURLToPath(new URL('../keyholders/main.ts', import.meta.url)),
  controller: fileURLToPath(new URL('controller/main.ts', import.meta.url)),
};

/** What looks at the state of a stopped daemon, likewise. */
export const INSPECTORS = {
  aggregator: fileURLToPath(new URL('../aggregator/fsck.ts', import.meta.url)),
  'key-holder': fileURLToPath(new URL('../keyholders/fsck.ts', import.meta.url)),
};
