/**
 * The messages of `proto/strongroom/v1`, as they stand in memory. `test/properties/transport-messages.test.ts`
 * holds them against the .proto files, which carry the meaning of each field.
 *
 * `bytes` fields are views into the received message and are never copied; indices, sizes and offsets are
 * numbers and must be safe integers, which whoever reads them from the wire checks.
 * A message without fields is just an object.
 */
export interface AppendRequest {
  envelope: Uint8Array;
}
export interface AppendResponse {
  index: number;
  checkpoint: string;
  inclusionProof: Uint8Array[];
}
export interface FollowRequest {
  from: number;
  tail: boolean;
}
export interface FollowResponse {
  entries: Uint8Array[];
  checkpoint: string;
}
export interface ProveRequest {
  treeSize: number;
  index?: number;
  firstSize?: number;
}
export interface ProveResponse {
  checkpoint: string;
  inclusionProof: Uint8Array[];
  consistencyProof: Uint8Array[];
}

export interface CosignRequest {
  checkpoint: string;
}
export type CosignResponse = object;
export interface CosignedRequest {
  size: number;
  witnesses: string[];
  waitMs: number;
}
export interface CosignedResponse {
  checkpoint: string;
}

export interface StatRequest {
  digest: string;
}
export interface StatResponse {
  receivedBytes: number;
  complete: boolean;
}
export interface PutHeader {
  digest: string;
  size: number;
  task: string;
  offset: number;
}
/** Exactly one of the two is there. */
export interface PutRequest {
  header?: PutHeader;
  chunk?: Uint8Array;
}
export type PutResponse = object;
export interface PutManyRequest {
  task: string;
  objects: Uint8Array[];
}
export type PutManyResponse = object;
export interface GetRequest {
  digest: string;
  offset: number;
}
export interface GetResponse {
  chunk: Uint8Array;
}
export interface GetManyRequest {
  digests: string[];
}
export interface GetManyResponse {
  objects: Uint8Array[];
}

export type ListRequest = object;
export interface TaskSummary {
  task: string;
  title: string;
  state: string;
  waitingFor: string;
}
export interface ListResponse {
  tasks: TaskSummary[];
}
export interface ShowRequest {
  task: string;
}
export interface ShowResponse {
  plan: string;
  state: Uint8Array;
}
export interface ApproveRequest {
  task: string;
}
export type ApproveResponse = object;
export interface RejectRequest {
  task: string;
  reason: string;
}
export type RejectResponse = object;
export type StatusRequest = object;
export interface StatusResponse {
  party: string;
  connected: boolean;
  logSize: number;
}
