/**
 * Attack 9: a party calls what its role does not have, or signs what is not its to say. Every role and a
 * stranger call every method of the running aggregator; every party signs every kind of document.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../proto/errors.ts';
import { StrongroomError } from '../../proto/errors.ts';
import { AUTHORISATION, type Role } from '../../transport/authorisation.ts';
import { BLOBS, BOARD, KEY_HOLDER_ADMIN, WITNESSES, type Contract } from '../../transport/contract.ts';
import type { Kind, Payload } from '../../trust/documents.ts';
import type { Identity } from '../../trust/identity.ts';
import type { TaskLife } from '../../trust/life.ts';
import { ANSWER, RECEIVER } from '../fixtures/local-network.ts';
import { newParty, UNSIGNED_CHECKPOINT } from '../fixtures/trust-parties.ts';
import { attest } from './hostile/attest.ts';
import { Stage } from './hostile/stage.ts';

let stage: Stage;
let task: TaskLife;
beforeAll(async () => {
  stage = await Stage.start({
    policy: 'operator',
    controller: true,
    parties: [
      { name: 'west', roles: ['input'] },
      { name: 'holder-x', roles: ['processing'] },
      { name: 'bureau', roles: ['output'] },
    ],
  });
  task = await stage.propose('honest');
});
afterAll(() => stage[Symbol.asyncDispose]());

const PARTY_OF = {
  input: 'north',
  processing: 'holder-1',
  output: RECEIVER,
  controller: 'watchdog',
  aggregator: 'aggregator',
} as const;
const ROLES = Object.keys(PARTY_OF) as (keyof typeof PARTY_OF)[];
const METHODS = [BOARD, WITNESSES, BLOBS, KEY_HOLDER_ADMIN].flatMap((contract: Contract<unknown>) =>
  Object.entries(contract.definition).map(([name, { path }]) => ({ contract, name, path })),
);

/** Calls a method with an empty request; undefined where it is answered, else the code of the refusal. */
async function call(
  identity: Identity,
  { contract, name }: (typeof METHODS)[number],
): Promise<ErrorCode | undefined> {
  const methods = stage.methods(identity, contract as Contract<Record<string, never>>) as Record<
    string,
    (request: unknown) => Promise<unknown> | AsyncGenerator
  >;
  const method = contract.definition[name];
  try {
    const answer = methods[name]?.(method?.requestStream === true ? [] : {});
    if (answer !== undefined && 'next' in answer) await answer.next();
    else await answer;
    return undefined;
  } catch (error) {
    if (error instanceof StrongroomError) return error.code;
    throw error;
  }
}

test.each(METHODS.map((method) => [method.path, method] as const))(
  '%s is open to the roles that the table lists, and closed to strangers, also under the name of a party',
  async (path, method) => {
    const rows: Readonly<Record<string, readonly Role[]>> = AUTHORISATION;
    for (const role of ROLES) {
      const code = await call(stage.identity(PARTY_OF[role]), method);
      if (rows[path]?.includes(role) === true) {
        // An empty request is not a good one, so it may be refused, but not for who sends it.
        expect(['DOCUMENT_INVALID', 'NOT_FOUND', undefined], role).toContain(code);
      } else {
        expect(code, role).toBe('NOT_AUTHORISED');
        attest('aggregator', 'NOT_AUTHORISED', 'its answer');
      }
    }
    // The aggregator has no admin service, so what it says of one is the same to everybody.
    const code = path.includes('Admin') ? 'NOT_AUTHORISED' : 'UNAUTHENTICATED';
    expect(await call(await newParty('holder-1', 'processing'), method)).toBe(code);
    attest('aggregator', code, 'its answer');
  },
);

type Content<K extends Kind> = Omit<Payload<K>, 'task' | 'by' | 'at' | 'seen'>;
type Spoken = Exclude<Kind, 'proposal'>;

const DIGEST = 'ab'.repeat(32);
const BLOB = { digest: DIGEST, size: 1 };
const CONTENTS: { [K in Spoken]: Content<K> } = {
  approval: { plan: DIGEST, commitment: DIGEST },
  commitment: { round: 1, commitment: DIGEST },
  contribution: { round: 0, about: '', message: BLOB },
  'joint-key': { key: BLOB },
  'linkage-key': { point: 'ab'.repeat(64) },
  'linkage-request': { points: BLOB },
  'linkage-answer': { request: DIGEST, answer: BLOB },
  pseudonyms: { request: DIGEST, list: BLOB },
  match: { lists: [DIGEST, DIGEST], records: 1, union: 1, pattern: DIGEST },
  manifest: { key: DIGEST, ciphertexts: [BLOB] },
  seal: { manifests: [DIGEST] },
  evaluation: { seal: DIGEST, outputs: [BLOB] },
  release: {
    evaluation: DIGEST,
    outputs: [DIGEST],
    receiver: RECEIVER,
    box: BLOB,
    opened: DIGEST,
    checkpoint: UNSIGNED_CHECKPOINT,
  },
  delivery: { releases: [DIGEST], result: DIGEST },
  shred: {},
  abort: { outcome: 'rejected', code: 'POLICY_REFUSED', detail: 'no' },
};
/** Who may sign what in this task. Each has a party of the same role beside it that has no part in the task. */
const SPEAKER: Record<Spoken, string> = {
  approval: 'holder-1',
  commitment: 'holder-1',
  contribution: 'holder-1',
  'joint-key': 'holder-1',
  'linkage-key': 'holder-1',
  'linkage-request': 'north',
  'linkage-answer': 'holder-1',
  pseudonyms: 'north',
  match: 'aggregator',
  manifest: 'north',
  seal: 'aggregator',
  evaluation: 'aggregator',
  release: 'holder-1',
  delivery: RECEIVER,
  shred: 'holder-1',
  abort: 'holder-1',
};
const KINDS = Object.keys(CONTENTS) as Spoken[];
const CALLERS = ['north', 'west', 'holder-1', 'holder-x', RECEIVER, 'bureau', 'watchdog'];

describe.each(KINDS)('a document of the kind %s', (kind) => {
  test('is refused from everybody whose it is not, and from outside the task: NOT_AUTHORISED', async () => {
    for (const by of CALLERS.filter((party) => party !== SPEAKER[kind])) {
      await stage.refused(
        'aggregator',
        () => stage.say(task, kind, CONTENTS[kind], { by }),
        'NOT_AUTHORISED',
      );
    }
  });

  test('is refused from somebody who hands in what another has signed: NOT_AUTHORISED', async () => {
    const by = SPEAKER[kind];
    const through = by === 'north' ? 'south' : 'north';
    await stage.refused(
      'aggregator',
      () => stage.say(task, kind, CONTENTS[kind], { by, through }),
      'NOT_AUTHORISED',
    );
  });
});

test.each([
  ['expired', 'holder-x', 'north', 'west', RECEIVER, 'bureau'],
  ['failed', 'holder-x', 'north', 'west', 'bureau'],
  ['cancelled', 'holder-1', 'holder-x', 'north', 'west', 'bureau'],
] as const)('nobody declares a task %s who may not: NOT_AUTHORISED', async (outcome, ...parties) => {
  for (const by of parties) {
    const content = { outcome, code: 'TASK_ENDED', detail: 'no' } as const;
    await stage.refused('aggregator', () => stage.say(task, 'abort', content, { by }), 'NOT_AUTHORISED');
  }
});

test('after all this the log holds the proposal alone', async () => {
  const seen = await stage.witness(task);
  expect([seen.phase, seen.entries.length, seen.ignored]).toEqual(['PROPOSED', 1, []]);
  expect((await stage.session('watchdog')).board.book.follower.size).toBe(2);
  await stage.foundNothing(task);
});

test('the same task then goes on, and is exact', async () => {
  await stage.approve(task);
  await stage.submit(task);
  expect(await stage.result(task)).toEqual(ANSWER);
  await stage.foundClean(task);
});
