/** strongroom.yaml: the configuration of every process. */
import { writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import { readConfig } from '../../../transport/profile.ts';
import { scratch } from '../corpora/scratch.ts';
import { target } from '../harness/decoder.ts';
import { mutateText, swellText, utf8 } from '../harness/text.ts';

const CONSORTIUM = { file: 'consortium.json', digest: 'ab'.repeat(32) };
const CONFIGS = [
  { aggregator: '127.0.0.1:7411', consortium: CONSORTIUM },
  {
    aggregator: 'aggregator.example.org:443',
    identity: './identity',
    consortium: CONSORTIUM,
    unlock: { 'key-file': 'unlock.key' },
    state: 'state',
    'log-level': 'warn',
    policy: 'operator',
    'admin-socket': '/run/strongroom/admin.sock',
  },
  { aggregator: 'a:1', consortium: CONSORTIUM, unlock: { 'passphrase-env': 'STRONGROOM_PASSPHRASE' } },
];

export const configTarget = target({
  name: 'config',
  short: 30,
  make: () => CONFIGS.map((config) => utf8(stringify(config))),
  open: (corpus) => {
    const folder = scratch();
    const file = folder.path('strongroom.yaml');
    const read = (bytes: Uint8Array): ReturnType<typeof readConfig> => {
      writeFileSync(file, bytes);
      return readConfig(file);
    };
    return {
      corpus,
      mutations: [mutateText, mutateText, mutateText, swellText],
      decode: read,
      objection: (config) =>
        isDeepStrictEqual(read(utf8(stringify(config))), config)
          ? undefined
          : 'a configuration that does not survive being written and read',
      codes: ['USAGE'],
      limitMs: 2_000,
      dispose: () => folder[Symbol.dispose](),
    };
  },
});
