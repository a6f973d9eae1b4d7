/**
 * Errors on the wire: a StrongroomError becomes a gRPC status with its code and details in the trailer, and
 * comes out of the client as the same StrongroomError. Causes and stack traces stay where they happened, and
 * an error that is not a StrongroomError says nothing but INTERNAL.
 */
import { Metadata, status as Status, type StatusObject } from '@grpc/grpc-js';
import { ERRORS, StrongroomError, type ErrorCode, type ErrorKind } from '../proto/errors.ts';

const CODE_KEY = 'strongroom-code';
const DETAILS_KEY = 'strongroom-details-bin';
/** A status line travels in HTTP/2 headers, which peers limit to some kilobytes (RFC 9113 §10.5.1). */
const MESSAGE_LIMIT = 1500;

const STATUS_OF_KIND: Record<ErrorKind, Status> = {
  input: Status.INVALID_ARGUMENT,
  refused: Status.FAILED_PRECONDITION,
  unreachable: Status.UNAVAILABLE,
  internal: Status.INTERNAL,
};
/** Where gRPC has a closer word than that of the kind, so that foreign clients and proxies understand it too. */
const STATUS_OF_CODE: Partial<Record<ErrorCode, Status>> = {
  NOT_FOUND: Status.NOT_FOUND,
  UNAUTHENTICATED: Status.UNAUTHENTICATED,
  NOT_AUTHORISED: Status.PERMISSION_DENIED,
  DOCUMENT_CONFLICT: Status.ALREADY_EXISTS,
  QUOTA_EXCEEDED: Status.RESOURCE_EXHAUSTED,
  RATE_LIMITED: Status.RESOURCE_EXHAUSTED,
  TIMED_OUT: Status.DEADLINE_EXCEEDED,
};
/** What a status means that carries no code of ours: it comes from the gRPC library, or from a proxy. */
const CODE_OF_STATUS: Partial<Record<Status, ErrorCode>> = {
  [Status.UNAVAILABLE]: 'UNREACHABLE',
  // A call that this side did not cancel was cancelled by a server that went away.
  [Status.CANCELLED]: 'UNREACHABLE',
  [Status.DEADLINE_EXCEEDED]: 'TIMED_OUT',
  [Status.UNAUTHENTICATED]: 'UNAUTHENTICATED',
  [Status.PERMISSION_DENIED]: 'NOT_AUTHORISED',
  [Status.UNIMPLEMENTED]: 'NOT_AUTHORISED',
  [Status.RESOURCE_EXHAUSTED]: 'QUOTA_EXCEEDED',
};

/** What a server answers. */
export interface WireStatus {
  code: Status;
  details: string;
  metadata: Metadata;
}

/** The answer to a call that failed with `error`, whatever it is. */
export function toStatus(error: unknown): WireStatus {
  const known =
    error instanceof StrongroomError
      ? error
      : new StrongroomError('INTERNAL', 'The server failed on this call.');
  const metadata = new Metadata();
  metadata.set(CODE_KEY, known.code);
  metadata.set(DETAILS_KEY, Buffer.from(JSON.stringify(known.details)));
  return {
    code: STATUS_OF_CODE[known.code] ?? STATUS_OF_KIND[known.kind],
    // grpc-js percent-encodes the message, which throws on half a surrogate pair.
    details: known.message.slice(0, MESSAGE_LIMIT).toWellFormed(),
    metadata,
  };
}

/** The error that a status of a peer at `address` stands for. Never throws. */
export function fromStatus(status: StatusObject, address: string): StrongroomError {
  const [code] = status.metadata.get(CODE_KEY);
  if (isErrorCode(code))
    return new StrongroomError(code, status.details, { details: readDetails(status.metadata) });
  // A peer may send a number that gRPC has no name for.
  const name = (Status as Partial<Record<number, string>>)[status.code] ?? String(status.code);
  const options = { details: { address, status: name }, cause: new Error(status.details) };
  // The TLS errors of a certificate that is not the pinned one, as OpenSSL and `tls.ts` word them.
  if (status.code === Status.UNAVAILABLE && /certificate/i.test(status.details)) {
    return new StrongroomError(
      'UNAUTHENTICATED',
      `${address} does not show the certificate on its card.`,
      options,
    );
  }
  // A stream that broke under way is not always called UNAVAILABLE by grpc-js.
  if (status.code === Status.INTERNAL && status.details.startsWith('Received RST_STREAM')) {
    return new StrongroomError('UNREACHABLE', `The connection to ${address} broke.`, options);
  }
  // HTTP/2's ENHANCE_YOUR_CALM, as grpc-js words it: it concerns the connection, and no quota of ours.
  if (status.code === Status.RESOURCE_EXHAUSTED && status.details.startsWith('Bandwidth exhausted')) {
    return new StrongroomError('UNREACHABLE', `${address} has too much to do on this connection.`, options);
  }
  const mapped = CODE_OF_STATUS[status.code] ?? 'INTERNAL';
  return new StrongroomError(mapped, `${address}: ${ERRORS[mapped].means}`, options);
}

/** Whether a call has met a peer that does not show the pinned certificate: the peer, not we, is unknown then. */
export function isImpostor({ code, details }: StrongroomError): boolean {
  return code === 'UNAUTHENTICATED' && details['status'] === Status[Status.UNAVAILABLE];
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERRORS, code);
}

function readDetails(metadata: Metadata): Record<string, string | number> {
  const [bytes] = metadata.get(DETAILS_KEY);
  try {
    const parsed: unknown = JSON.parse(String(bytes ?? '{}'));
    const entries = Object.entries(typeof parsed === 'object' && parsed !== null ? parsed : {});
    return Object.fromEntries(entries.filter(isDetail));
  } catch {
    // A peer that garbles the details still has its code and message heard.
    return {};
  }
}

function isDetail(entry: [string, unknown]): entry is [string, string | number] {
  return typeof entry[1] === 'string' || typeof entry[1] === 'number';
}
