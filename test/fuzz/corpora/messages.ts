/** One message of each kind, every field set. */
const bytes = Buffer.from('bytes');
const digest = 'ab'.repeat(32);

export const SAMPLES: Readonly<Record<string, object>> = {
  AppendRequest: { envelope: bytes },
  AppendResponse: { index: 2 ** 40, checkpoint: 'c', inclusionProof: [bytes, bytes] },
  FollowRequest: { from: 1, tail: true },
  FollowResponse: { entries: [bytes, bytes], checkpoint: 'c' },
  ProveRequest: { treeSize: 1, index: 0, firstSize: 0 },
  ProveResponse: { checkpoint: 'c', inclusionProof: [bytes], consistencyProof: [bytes] },
  CosignRequest: { checkpoint: 'strongroom/fuzz\n1\nAAAA\n\n— strongroom/fuzz AAAAAAA=\n' },
  CosignResponse: {},
  CosignedRequest: { size: 1, witnesses: ['holder-1'], waitMs: 1 },
  CosignedResponse: { checkpoint: 'c' },
  StatRequest: { digest },
  StatResponse: { receivedBytes: 1, complete: true },
  PutRequest: { header: { digest, size: 5, task: digest, offset: 1 } },
  PutResponse: {},
  GetRequest: { digest, offset: 1 },
  GetResponse: { chunk: bytes },
  ListRequest: {},
  ListResponse: { tasks: [{ task: digest, title: 'n', state: 's', waitingFor: 'w' }] },
  ShowRequest: { task: digest },
  ShowResponse: { plan: 'p', state: bytes },
  ApproveRequest: { task: digest },
  ApproveResponse: {},
  RejectRequest: { task: digest, reason: 'r' },
  RejectResponse: {},
  StatusRequest: {},
  StatusResponse: { party: 'p', connected: true, logSize: 1 },
};
