/** Running daemons on loopback: whatever is sent to them, they go on serving, and nothing fails but the call. */
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect as dial, createServer, type AddressInfo, type Socket } from 'node:net';
import { connect as dialTls } from 'node:tls';
import { connectAdmin } from '../../../transport/admin-socket.ts';
import { BLOBS, BOARD, KEY_HOLDER_ADMIN, WITNESSES, type Contract } from '../../../transport/contract.ts';
import { sha256Hex, unbase64 } from '../../../trust/digest.ts';
import { logReader, residentBytesOf, leaseDaemons, type Daemons } from '../corpora/daemons.ts';
import { callBytes, mutateFrames } from '../corpora/http2.ts';
import { SAMPLES } from '../corpora/messages.ts';
import { AGGREGATOR, HOLDERS } from '../corpora/parties.ts';
import type { Mutation } from '../harness/bytes.ts';
import { target, type Decoder, type Target } from '../harness/decoder.ts';

/** A server that has fallen silent for so long has nothing more to say, and one that has not begun, nothing at all. */
const SILENCE_MS = 30;
const BEGINNING_MS = 200;
const PATIENCE_MS = 20_000;

interface Victim {
  readonly corpus: readonly Uint8Array[];
  readonly mutations: readonly Mutation[];
  /** Which process it is. */
  readonly name: string;
  readonly dial: (daemons: Daemons) => Socket;
  /** Whether the connection is closed behind the bytes, so that the server does not wait for more. */
  readonly hangsUp?: boolean;
  /** Throws unless the daemon serves an honest caller. */
  readonly honestCall: (daemons: Daemons) => Promise<unknown>;
}

const requestOf = (contract: Contract<unknown>, method: string, message: object): Uint8Array =>
  contract.definition[method]?.requestSerialize(message) ?? new Uint8Array();

/** A call of every method of these services, with an upload that succeeds. */
function calls(contracts: readonly Contract<unknown>[], task: string): Uint8Array[] {
  const chunk = Buffer.from('an object');
  const header = { digest: sha256Hex(chunk), size: chunk.length, task, offset: 0 };
  return contracts.flatMap((contract) =>
    Object.entries(contract.definition).map(([name, { path }]) => {
      const messages = name === 'Put' ? [{ header }, { chunk }] : [{ ...SAMPLES[`${name}Request`] }];
      return callBytes(path, ...messages.map((message) => requestOf(contract, name, message)));
    }),
  );
}

function daemonTarget(name: string, victimOf: (daemons: Daemons) => Victim | Promise<Victim>): Target {
  return target({
    name,
    short: 25,
    make: () => ({}),
    open: async (): Promise<Decoder<string>> => {
      const daemons = await leaseDaemons();
      const victim = await victimOf(daemons);
      const newLines = logReader(daemons.network, victim.name);
      newLines();
      return {
        corpus: victim.corpus,
        mutations: victim.mutations,
        decode: async (bytes) => {
          await send(victim.dial(daemons), bytes, victim.hangsUp === true);
          await victim.honestCall(daemons);
          return newLines();
        },
        // A daemon logs the stack of what is no refusal of its own.
        objection: (log) =>
          /"stack"|"INTERNAL"/.test(log) ? `an error that is no refusal: ${log.slice(0, 500)}` : undefined,
        codes: [],
        limitMs: 5_000,
        residentBytes: () => residentBytesOf(daemons.network, victim.name),
        processes: [...daemons.network.daemons.values()].map(({ child }) => child.pid ?? 0),
        dispose: async () => daemons[Symbol.asyncDispose](),
      };
    },
  });
}

/** Sends the bytes and hears out the answer, until the server hangs up or falls silent; `isLast` as `hangsUp`. */
async function send(socket: Socket, bytes: Uint8Array, isLast: boolean): Promise<void> {
  const over = new Promise<void>((done) => {
    socket.setTimeout(BEGINNING_MS, done);
    socket.once('close', () => done());
    // A connection that the server resets is an answer, too.
    socket.once('error', () => done());
    socket.on('data', () => socket.setTimeout(SILENCE_MS));
  });
  if (isLast) socket.end(bytes);
  else socket.write(bytes);
  await over;
  socket.destroy();
}

const honestProof = ({ session }: Daemons): Promise<unknown> =>
  Promise.race([session.board.has('ab'.repeat(32)), refuseAfter(PATIENCE_MS)]);

async function refuseAfter(ms: number): Promise<never> {
  await new Promise((done) => setTimeout(done, ms).unref());
  throw new Error('an honest call was not answered');
}

const addressOf = ({ session }: Daemons): { host: string; port: number } => {
  const [host = '', port = ''] = session.profile.config.aggregator.split(':');
  return { host, port: Number(port) };
};

export const serverTarget = daemonTarget('server', ({ task, session }) => ({
  corpus: calls([BOARD, WITNESSES, BLOBS], task),
  mutations: [mutateFrames],
  name: AGGREGATOR,
  dial: (daemons) => {
    const { card, secrets } = session.profile.identity;
    const cert = new X509Certificate(unbase64(card.tlsCertificate)).toString();
    const pinned = { rejectUnauthorized: false, ALPNProtocols: ['h2'], servername: AGGREGATOR };
    return dialTls({ ...addressOf(daemons), cert, key: secrets.tlsKey, ...pinned });
  },
  honestCall: honestProof,
}));

/** In place of the TLS handshake. */
export const handshakeTarget = daemonTarget('server-handshake', async () => ({
  corpus: [await clientHello()],
  mutations: [],
  name: AGGREGATOR,
  dial: (daemons) => dial(addressOf(daemons)),
  hangsUp: true,
  honestCall: honestProof,
}));

/** What a TLS client says first. */
async function clientHello(): Promise<Uint8Array> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = dialTls({ port: (server.address() as AddressInfo).port, ALPNProtocols: ['h2'] });
  socket.on('error', () => undefined);
  const [accepted] = (await once(server, 'connection')) as [Socket];
  const [hello] = (await once(accepted, 'data')) as [Buffer];
  accepted.destroy();
  socket.destroy();
  server.close();
  return new Uint8Array(hello);
}

export const adminTarget = daemonTarget('admin-socket', ({ task }) => ({
  // Deciding is left out: a daemon that was told to reject has nothing more to show.
  corpus: calls([KEY_HOLDER_ADMIN], task).slice(0, 2),
  mutations: [mutateFrames],
  name: HOLDERS[0] ?? '',
  dial: ({ adminSocket }) => dial(adminSocket),
  honestCall: async ({ adminSocket }) => {
    const { admin, close } = connectAdmin(adminSocket);
    try {
      await admin.Show({ task }, { timeoutMs: PATIENCE_MS });
    } finally {
      close();
    }
  },
}));
