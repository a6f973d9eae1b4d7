/**
 * The services of `proto/strongroom/v1` as typed contracts: the descriptor comes from the .proto file, the
 * types from `messages.ts`, and both sides of a call are derived from the one declaration here.
 */
import { fileURLToPath } from 'node:url';
import type { MethodDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type * as m from './messages.ts';

/** One request, one response. */
export interface Unary<Q, S> {
  kind: 'unary';
  request: Q;
  response: S;
}
/** A stream of requests, one response. */
export interface Upload<Q, S> {
  kind: 'upload';
  request: Q;
  response: S;
}
/** One request, a stream of responses. */
export interface Download<Q, S> {
  kind: 'download';
  request: Q;
  response: S;
}

/** A service: its methods by name. The types are of `M`, the serialisers and paths of `definition`. */
export interface Contract<M> {
  /** Full name, e.g. `strongroom.v1.BoardService`. */
  readonly name: string;
  readonly definition: Readonly<Record<string, MethodDefinition<object, object>>>;
  /** Never there: it carries the types. */
  readonly methods?: M;
}

export interface BoardMethods {
  Append: Unary<m.AppendRequest, m.AppendResponse>;
  Follow: Download<m.FollowRequest, m.FollowResponse>;
  Prove: Unary<m.ProveRequest, m.ProveResponse>;
}
export interface WitnessMethods {
  Cosign: Unary<m.CosignRequest, m.CosignResponse>;
  Cosigned: Unary<m.CosignedRequest, m.CosignedResponse>;
}
export interface BlobMethods {
  Stat: Unary<m.StatRequest, m.StatResponse>;
  Put: Upload<m.PutRequest, m.PutResponse>;
  PutMany: Upload<m.PutManyRequest, m.PutManyResponse>;
  Get: Download<m.GetRequest, m.GetResponse>;
  GetMany: Download<m.GetManyRequest, m.GetManyResponse>;
}
export interface KeyHolderAdminMethods {
  List: Unary<m.ListRequest, m.ListResponse>;
  Show: Unary<m.ShowRequest, m.ShowResponse>;
  Approve: Unary<m.ApproveRequest, m.ApproveResponse>;
  Reject: Unary<m.RejectRequest, m.RejectResponse>;
  Status: Unary<m.StatusRequest, m.StatusResponse>;
}

const PACKAGE = 'strongroom.v1';

/** Absent optional fields and oneof members stay absent; absent plain fields have their zero value. */
const descriptors = loadSync(
  ['board', 'blob', 'witness', 'key_holder_admin'].map((file) =>
    fileURLToPath(new URL(`../proto/strongroom/v1/${file}.proto`, import.meta.url)),
  ),
  { keepCase: false, longs: Number, bytes: Buffer, defaults: true, arrays: true },
);

function contract<M>(service: string): Contract<M> {
  const name = `${PACKAGE}.${service}`;
  const descriptor = descriptors[name];
  // Unlike a message or an enum, the descriptor of a service has no format.
  if (descriptor === undefined || 'format' in descriptor) throw new TypeError(`no service ${name} in proto/`);
  return { name, definition: descriptor };
}

export const BOARD = contract<BoardMethods>('BoardService');
export const BLOBS = contract<BlobMethods>('BlobService');
export const WITNESSES = contract<WitnessMethods>('WitnessService');
export const KEY_HOLDER_ADMIN = contract<KeyHolderAdminMethods>('KeyHolderAdminService');
