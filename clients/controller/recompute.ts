/** What a controller recomputes: the joint key from the contributions, answers of linkage, the match of lists, every input, the evaluation. */
import { StrongroomError, type ErrorCode } from '../../proto/errors.ts';
import { openEvaluator } from '../../schemes/evaluator.ts';
import { verifyAnswer } from '../../schemes/linkage/answer.ts';
import { parsePoints, requirePoints, type Point } from '../../schemes/linkage/p256.ts';
import { sha256Hex, unhex } from '../../trust/digest.ts';
import { evaluate, fetchOne, type FetchAll, type InputSet } from '../../trust/evaluation.ts';
import { linkageFault } from '../../trust/evidence/wrong-linkage.ts';
import { replayCeremony } from '../../trust/key-replay.ts';
import { isSameMatch, matchOf } from '../../trust/match.ts';
import type { Fault, Job } from './thread-calls.ts';

/** Throws what `fetchAll` throws; whatever a party has done wrong is in the answer. */
export async function recompute(job: Job, fetchAll: FetchAll): Promise<Fault[]> {
  switch (job.job) {
    case 'key':
      return faultsOfKey(job, fetchAll);
    case 'inputs':
      return faultsOfInputs(job.set, fetchAll);
    case 'linkage':
      return faultsOfLinkage(job, fetchAll);
    case 'match':
      return faultsOfMatch(job, fetchAll);
    case 'evaluation':
      return faultsOfEvaluation(job, fetchAll);
  }
}

async function faultsOfKey(
  { transcript, signed }: Extract<Job, { job: 'key' }>,
  fetchAll: FetchAll,
): Promise<Fault[]> {
  let key: Uint8Array | undefined;
  try {
    key = await replayCeremony(transcript, fetchAll);
  } catch (error) {
    const accused = isRefusal(error) ? error.details['party'] : undefined;
    if (!isRefusal(error) || typeof accused !== 'string' || !VERDICTS.has(error.code)) throw error;
    return [{ kind: 'wrong-contribution', accused, code: error.code, says: error.message }];
  }
  if (key === undefined) return [];
  const digest = sha256Hex(key);
  return signed
    .filter((other) => other.digest !== digest)
    .map(({ party }) => ({
      kind: 'wrong-joint-key',
      accused: party,
      code: 'JOINT_KEY_MISMATCH',
      says: `${party} signed another joint key than the contributions give`,
    }));
}

/** The request, and every answer to it against the linkage key of its holder. */
async function faultsOfLinkage(
  { request, asked, answers }: Extract<Job, { job: 'linkage' }>,
  fetchAll: FetchAll,
): Promise<Fault[]> {
  const fault = (accused: string, { code, message: says }: StrongroomError): Fault => ({
    kind: 'wrong-linkage',
    accused,
    code,
    says,
    request,
  });
  const bytes = await fetchOne(fetchAll, asked.party, asked.blob);
  let points: Point[] = [];
  const wrong = await linkageFault(() => (points = requirePoints(asked.party, bytes)));
  if (wrong !== undefined) return [fault(asked.party, wrong)];
  const faults: Fault[] = [];
  for (const { key, answered } of answers) {
    const { party, blob } = answered;
    const [point] = parsePoints(`the linkage key of ${party}`, unhex(key));
    const answer = await fetchOne(fetchAll, party, blob);
    if (point === undefined) throw new RangeError('a linkage key without a point');
    const error = await linkageFault(() => verifyAnswer(party, point, points, answer));
    if (error !== undefined) faults.push(fault(party, error));
  }
  return faults;
}

async function faultsOfMatch(
  { aggregator, matching, claimed }: Extract<Job, { job: 'match' }>,
  fetchAll: FetchAll,
): Promise<Fault[]> {
  const { content } = await matchOf(matching, (party, blob) => fetchOne(fetchAll, party, blob));
  if (isSameMatch(claimed, content)) return [];
  const says = `${aggregator} claims another match than that of the ${matching.lists.length} lists`;
  return [{ kind: 'wrong-match', accused: aggregator, code: 'LINKAGE_INVALID', says }];
}

async function faultsOfEvaluation(
  { set, claimed }: Extract<Job, { job: 'evaluation' }>,
  fetchAll: FetchAll,
): Promise<Fault[]> {
  let outputs: Uint8Array[];
  try {
    outputs = await evaluate(set, fetchAll);
  } catch (error) {
    if (!isRefusal(error) || error.code !== 'CIPHERTEXT_INVALID') throw error;
    const faults = await faultsOfInputs(set, fetchAll);
    if (faults.length > 0) return faults;
    throw error;
  }
  const derived = outputs.map(sha256Hex);
  if (derived.length === claimed.length && derived.every((digest, i) => digest === claimed[i])) return [];
  const says = `${set.aggregator} claims another output than evaluating the ${set.inputs.length} sealed inputs gives`;
  return [{ kind: 'wrong-evaluation', accused: set.aggregator, code: 'EVALUATION_MISMATCH', says }];
}

/** Every ciphertext by itself: whose it is matters. */
async function faultsOfInputs(set: InputSet, fetchAll: FetchAll): Promise<Fault[]> {
  using evaluator = await openEvaluator(set.context, await fetchOne(fetchAll, set.aggregator, set.key));
  const faults: Fault[] = [];
  for (const { party, ciphertexts } of set.inputs) {
    const blobs = ciphertexts.values();
    for await (const bytes of fetchAll(ciphertexts.map((blob) => ({ party, blob })))) {
      const ciphertext = blobs.next().value?.digest ?? '';
      try {
        evaluator.validateInput(bytes, party);
      } catch (error) {
        if (!isRefusal(error) || !VERDICTS.has(error.code)) throw error;
        const { code, message } = error;
        faults.push({ kind: 'invalid-input', accused: party, code, says: message, ciphertext });
        break;
      }
    }
  }
  return faults;
}

/** Codes with which the schemes judge what somebody has made; any other error is about fetching it. */
const VERDICTS: ReadonlySet<ErrorCode> = new Set(['CIPHERTEXT_INVALID', 'KEY_TEST_FAILED']);

function isRefusal(error: unknown): error is StrongroomError {
  return error instanceof StrongroomError && error.kind === 'refused';
}
