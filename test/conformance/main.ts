/** The process behind `strongroom conformance`. Exit code 0 only where every rule that was chosen is kept. */
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { EXIT_CODES, StrongroomError } from '../../proto/errors.ts';
import { openCard, type Card } from '../../trust/identity.ts';
import { CONFIG_FILE } from '../../transport/profile.ts';
import { Candidate, makeIdentity, writeProfile } from './candidate.ts';
import { Parties } from './parties.ts';
import { RULES, tryCandidate } from './run.ts';
import { StandIn } from './stand-in.ts';
import type { Verdict } from './verdict.ts';

const { values } = parseArgs({
  options: {
    card: { type: 'string' },
    profile: { type: 'string' },
    exec: { type: 'string' },
    listen: { type: 'string', default: '127.0.0.1:0' },
    only: { type: 'string', multiple: true, default: [] },
    patience: { type: 'string', default: '60' },
    rules: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

try {
  process.exitCode = values.rules ? list() : await run();
} catch (error) {
  const known = error instanceof StrongroomError ? error : undefined;
  const { code = 'INTERNAL', message = String(error) } = known ?? {};
  if (values.json) console.log(JSON.stringify({ error: { code, message } }));
  else process.stderr.write(`${code}: ${message}\n`);
  process.exitCode = EXIT_CODES[known?.kind ?? 'internal'];
}

function list(): number {
  if (values.json) console.log(JSON.stringify({ rules: RULES }));
  else for (const { id, played, expected } of RULES) console.log(`${id}\n  ${played}\n  ${expected}`);
  return 0;
}

async function run(): Promise<number> {
  const patienceMs = Number(values.patience) * 1000;
  const unknown = values.only.find((start) => !RULES.some(({ id }) => id.startsWith(start)));
  if (unknown !== undefined) throw usage(`No rule begins with ${unknown}; --rules lists them.`);
  if (!(patienceMs > 0)) throw usage('The patience is a number of seconds.');
  const folder = resolve(values.profile ?? mkdtempSync(join(tmpdir(), 'strongroom-candidate-')));
  if (existsSync(join(folder, CONFIG_FILE)) || existsSync(join(folder, 'unlock.key')))
    throw usage(`${folder} holds a profile already; name a new folder.`);
  const parties = await Parties.around(await cardFor(folder));
  await using stand = await StandIn.open(parties, patienceMs);
  const address = await stand.listen(values.listen);
  writeProfile(folder, parties.consortium, parties.envelope, address);
  const candidate = values.exec === undefined ? undefined : new Candidate(values.exec, folder);
  if (candidate === undefined)
    tell(
      `Start the key holder with the profile ${folder}${values.card === undefined ? '' : ', and the keys of its card'}; ` +
        `the aggregator is ${address}.`,
    );
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // What the harness has started must not outlive it.
    process.once(signal, () => {
      void (candidate?.kill() ?? Promise.resolve()).finally(() => process.exit(EXIT_CODES.unreachable));
    });
  }
  candidate?.start();
  try {
    const verdicts = await tryCandidate({ stand, candidate, only: values.only, onVerdict: print });
    const kept = verdicts.filter(({ outcome }) => outcome === 'pass').length;
    if (values.json) console.log(JSON.stringify({ kept, of: verdicts.length, verdicts }));
    else console.log(`${kept} of ${verdicts.length} rules kept`);
    return kept === verdicts.length ? 0 : EXIT_CODES.refused;
  } finally {
    await candidate?.kill();
  }
}

/** The card that was handed over, or that of an identity which is made in the folder. */
async function cardFor(folder: string): Promise<Card> {
  if (values.card === undefined) return makeIdentity(folder, 'candidate');
  const card = openCard(new Uint8Array(readFileSync(values.card)));
  if (!card.roles.includes('processing')) throw usage(`${card.party} has no card of a key holder.`);
  return card;
}

function print({ outcome, id, played, expected, did }: Verdict): void {
  if (values.json) return tell(`${outcome}: ${id}`);
  console.log(
    `${outcome.toUpperCase().padEnd(10)} ${id}\n  played:   ${played}\n  expected: ${expected}\n  it:       ${did}`,
  );
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

function usage(message: string): StrongroomError {
  return new StrongroomError('USAGE', message);
}
