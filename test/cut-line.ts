/** A line between a client and the aggregator that counts what goes up, and that can be cut. */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { parseDocument } from 'yaml';

export class CutLine implements AsyncDisposable {
  /** Bytes sent towards the aggregator, TLS and all. */
  sent = 0;
  #cutAt = Infinity;
  #cut: () => void = () => undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Puts the line between the party of this configuration file and its aggregator. */
  static async into(configFile: string): Promise<CutLine> {
    const config = parseDocument(readFileSync(configFile, 'utf8'));
    const [host = '', port = ''] = String(config.get('aggregator')).split(':');
    const server = createServer();
    const line = new CutLine(server);
    server.on('connection', (client) => line.#join(client, connect(Number(port), host)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    config.set('aggregator', `127.0.0.1:${(server.address() as AddressInfo).port}`);
    writeFileSync(configFile, config.toString());
    return line;
  }

  /** Resolves when so many more bytes have gone up, at which instant all connections are cut. */
  cutAfter(bytes: number): Promise<void> {
    this.#cutAt = this.sent + bytes;
    return new Promise((done) => (this.#cut = done));
  }

  #join(client: Socket, server: Socket): void {
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => other.destroy());
    }
    client.on('data', (chunk: Buffer) => {
      this.sent += chunk.length;
      if (this.sent >= this.#cutAt) this.#cutAll();
    });
    client.pipe(server).pipe(client);
  }

  #cutAll(): void {
    this.#cutAt = Infinity;
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
    this.#cut();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cutAll();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
