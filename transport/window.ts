/**
 * The HTTP/2 flow-control window. HTTP/2 starts with 64 KiB (RFC 9113 §6.9.2), which is 2 MB/s over a line of
 * 30 ms, and costs half the throughput even on loopback.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';

/** Bytes that a receiver lets a sender have under way, for each stream and for each connection. */
export const WINDOW_BYTES = 1024 * 1024;

const widened = new WeakSet<ServerHttp2Session>();

/**
 * Widens the window of every connection that this process accepts. grpc-js has an option for it on clients
 * only, and keeps the sessions of its servers to itself.
 */
export function widenServerWindows(): void {
  // Subscribing the same function again changes nothing.
  subscribe('http2.server.stream.created', widen);
}

function widen(message: unknown): void {
  const { session } = (message as { stream: ServerHttp2Stream }).stream;
  if (session === undefined || widened.has(session as ServerHttp2Session)) return;
  widened.add(session as ServerHttp2Session);
  session.setLocalWindowSize(WINDOW_BYTES);
}
