/** Every method with every role: the table says who gets in, and everybody else is refused before a handler runs. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as grpc from '@grpc/grpc-js';
import { AUTHORISATION, authorise, type Role } from '../../transport/authorisation.ts';
import { BLOBS, BOARD, KEY_HOLDER_ADMIN, WITNESSES, type Contract } from '../../transport/contract.ts';
import { fromStatus } from '../../transport/errors.ts';
import { serve, type RunningServer, type Service } from '../../transport/server.ts';
import { clientCredentials, identifyBy, serverCredentials } from '../../transport/tls.ts';
import { ROLES } from '../../trust/card.ts';
import { openConsortium, type Consortium } from '../../trust/consortium.ts';
import type { Identity } from '../../trust/identity.ts';
import { newConsortium, newParty, refusal } from '../fixtures/trust-parties.ts';

const CONTRACTS: readonly Contract<unknown>[] = [BOARD, WITNESSES, BLOBS, KEY_HOLDER_ADMIN];
const METHODS = CONTRACTS.flatMap(({ definition }) => Object.values(definition));
const listed = (path: string, role: Role) =>
  (AUTHORISATION as Readonly<Record<string, readonly Role[]>>)[path]?.includes(role) === true;

let parties: Map<Role, Identity>;
let consortium: Consortium;
let server: RunningServer;
const reached: string[] = [];

beforeAll(async () => {
  const holders = ['a', 'b', 'c'].map((letter) => newParty(`holder-${letter}`, 'processing'));
  const singles = ROLES.map(async (role) => [role, await newParty(`only-${role}`, role)] as const);
  parties = new Map(await Promise.all(singles));
  consortium = openConsortium(newConsortium([...(await Promise.all(holders)), ...parties.values()]));
  server = await serve({
    address: '127.0.0.1:0',
    credentials: serverCredentials(partyOf('aggregator'), consortium),
    identify: identifyBy(() => consortium),
    services: CONTRACTS.map(recording),
  });
});
afterAll(() => server.close(50));

function partyOf(role: Role): Identity {
  const identity = parties.get(role);
  if (identity === undefined) throw new Error(`no party with the role ${role}`);
  return identity;
}

/** Handlers that only write down that they were reached; also the admin service, which no network should see. */
function recording(contract: Contract<unknown>): Service {
  const handlers = Object.values(contract.definition).map((method) => {
    const name = method.path.split('/').at(-1) ?? '';
    const note = () => {
      reached.push(method.path);
      return method.responseStream ? (async function* () {})() : {};
    };
    return [name, note] as const;
  });
  return { contract, handlers: Object.fromEntries(handlers) };
}

function call(identity: Identity, method: grpc.MethodDefinition<object, object>): Promise<void> {
  const address = `127.0.0.1:${server.port}`;
  const options = { 'grpc.ssl_target_name_override': 'aggregator' };
  const client = new grpc.Client(address, clientCredentials(identity, consortium), options);
  const { path, requestSerialize, responseDeserialize } = method;
  return new Promise<void>((resolve, reject) => {
    const finish = (status: grpc.StatusObject) => {
      client.close();
      if (status.code === grpc.status.OK) resolve();
      else reject(fromStatus(status, address));
    };
    if (method.responseStream) {
      const stream = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, {});
      stream
        .on('error', () => undefined)
        .on('status', finish)
        .resume();
    } else if (method.requestStream) {
      const stream = client.makeClientStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        () => undefined,
      );
      stream.on('status', finish).end();
    } else {
      const answer = client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        {},
        () => undefined,
      );
      answer.on('status', finish);
    }
  });
}

describe.each(METHODS.map((method) => [method.path, method] as const))('%s', (path, method) => {
  test.each(ROLES.filter((role) => listed(path, role)))('is open to the role %s', async (role) => {
    reached.length = 0;
    await call(partyOf(role), method);
    expect(reached).toEqual([path]);
  });

  test.each(ROLES.filter((role) => !listed(path, role)))('refuses the role %s', async (role) => {
    reached.length = 0;
    const error = await refusal(() => call(partyOf(role), method), 'NOT_AUTHORISED');
    expect(error.details).toEqual({ party: `only-${role}`, method: path });
    expect(reached).toEqual([]);
  });
});

test('every method of every service has its row, and there is no other row', () => {
  expect(Object.keys(AUTHORISATION).sort()).toEqual(METHODS.map(({ path }) => path).sort());
});

test('a controller can call nothing that writes but its cosignatures, and no party of the network the admin interface', () => {
  for (const [path, roles] of Object.entries(AUTHORISATION)) {
    if (/Append|Put|Approve|Reject/.test(path)) expect(roles).not.toContain('controller');
    if (path.includes('Admin')) expect(roles).toEqual(['operator']);
  }
});

test.each(['/strongroom.v1.BoardService/Erase', 'toString', '__proto__', ''])(
  'the method %j, which is not listed, is refused to everybody',
  async (path) => {
    for (const role of ROLES)
      await refusal(() => authorise(path, { party: 'p', roles: [role] }), 'NOT_AUTHORISED');
  },
);

test('a party with several roles may do what any of them may, and one without roles nothing', async () => {
  authorise('/strongroom.v1.BlobService/Put', { party: 'p', roles: ['controller', 'input'] });
  await refusal(
    () => authorise('/strongroom.v1.BoardService/Follow', { party: 'p', roles: [] }),
    'NOT_AUTHORISED',
  );
});

test('a method that no service has is refused', async () => {
  const [known] = METHODS;
  if (known === undefined) throw new Error('no methods');
  const unknown = { ...known, path: '/strongroom.v1.BoardService/Erase' };
  await refusal(() => call(partyOf('processing'), unknown), 'NOT_AUTHORISED');
});
