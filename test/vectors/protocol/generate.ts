/**
 * Test vectors of the protocol, for whoever writes a key holder in another language: made by the real code from fixed
 * keys and seeds. `node test/vectors/protocol/generate.ts` writes the files beside it.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Contract } from '../../../transport/contract.ts';
import { BLOBS, BOARD, WITNESSES } from '../../../transport/contract.ts';
import { openHolderCeremony, openKeyShare } from '../../../schemes/key-share.ts';
import { bind } from '../../../schemes/rlwe/threshold/binding.ts';
import { commonReference } from '../../../schemes/rlwe/threshold/joint-key.ts';
import { expandSecret } from '../../../schemes/rlwe/threshold/key-contribution.ts';
import { openKeyRing } from '../../../schemes/rlwe/threshold/engine.ts';
import { ciphertextShape } from '../../../schemes/rlwe/threshold/levels.ts';
import { blindKeys, pseudonymsOf, type HolderAnswer } from '../../../schemes/linkage/blinding.ts';
import { HolderLinkage } from '../../../schemes/linkage/holder-linkage.ts';
import { parsePoints, writePoints } from '../../../schemes/linkage/p256.ts';
import { openEvaluator } from '../../../schemes/evaluator.ts';
import { centredBinomial, ternary, uniformInterval } from '../../../schemes/rlwe/samplers.ts';
import { uniformWords } from '../../../schemes/rlwe/uniform-words.ts';
import { ciphertextHead, writeCiphertext } from '../../../schemes/rlwe/wire.ts';
import { bytesOf, type Words } from '../../../schemes/rlwe/words.ts';
import { Xof } from '../../../schemes/rlwe/xof.ts';
import type { HolderCeremony, RlweParameters, SchemeContext } from '../../../schemes/scheme.ts';
import { planTask } from '../../../statistics/plan.ts';
import { validateTask } from '../../../statistics/task.ts';
import { base64, canonicalJson, hex, sha256, sha256Hex } from '../../../trust/digest.ts';
import {
  commitTo,
  openDocument,
  payloadType,
  signDocument,
  type Blob,
  type Kind,
  type Payload,
} from '../../../trust/documents.ts';
import type { Signer } from '../../../trust/ed25519.ts';
import { addSignature, preAuthenticationEncoding, signEnvelope } from '../../../trust/envelope.ts';
import { planDigest } from '../../../trust/life.ts';
import { signCheckpoint, type Checkpoint } from '../../../trust/log/checkpoint.ts';
import { cosignatureLine } from '../../../trust/log/cosignature.ts';
import { entryOf, leafOf } from '../../../trust/log/entry.ts';
import { MerkleTree } from '../../../trust/log/merkle.ts';
import { packShares, shareBinding } from '../../../trust/release.ts';
import { createSigner } from '../../../trust/signing-key.ts';
import { createSealingKey, sealTo } from '../../../trust/sealed-box.ts';
import { smallTask } from '../../fixtures/local-network.ts';
import { SAMPLES } from '../../fuzz/corpora/messages.ts';

const HOLDERS = ['holder-1', 'holder-2', 'holder-3'] as const;
const TASK = sha256Hex(Buffer.from('the task of the vectors'));

/** 32 bytes that anybody can make again. */
const seedOf = (name: string): Uint8Array => sha256(Buffer.from(`strongroom vector ${name}`));
const signerOf = (name: string): Signer => createSigner(name, seedOf(name));
const blobOf = (name: string): Blob => ({ digest: sha256Hex(Buffer.from(name)), size: name.length });
const utf8 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** Values and their one encoding; what a reader must refuse. */
function canonical(): unknown {
  const values = [
    {},
    [],
    { b: 1, a: [true, false, null], é: 'é', '\u{1f600}': '"\\\n\u0001', '\ufb33': -1 },
    { n: 9007199254740991, m: -9007199254740991, z: 0 },
  ];
  return {
    accepted: values.map((value) => ({ value, bytes: hex(canonicalJson(value)) })),
    refused: [
      '{"b":1,"a":2}',
      '{ }',
      '{"a":1,"a":1}',
      '[1.0]',
      '[1e3]',
      '[-0]',
      '[9007199254740992]',
      '"\\u00e9"',
      '\ufeff{}',
    ],
  };
}

function envelopes(): unknown {
  const payload = canonicalJson({ hello: 'world' });
  const type = 'application/vnd.strongroom.example+json';
  const [first, second] = [signerOf('holder-1'), signerOf('holder-2')];
  const envelope = signEnvelope(type, payload, first);
  return {
    signers: [first, second].map(({ name, publicKey }) => ({
      name,
      seed: hex(seedOf(name)),
      publicKey: hex(publicKey),
    })),
    payloadType: type,
    payload: utf8(payload),
    preAuthenticationEncoding: hex(preAuthenticationEncoding(type, payload)),
    envelope: utf8(envelope),
    withTwoSignatures: utf8(addSignature(envelope, second)),
  };
}

const HEADER = {
  task: TASK,
  at: '2026-11-28T12:00:00.000Z',
  seen: { size: 7, root: sha256Hex(Buffer.from('root')) },
};

const ORIGIN = 'strongroom/vectors';
const COSIGNED_AT = 1_795_867_200;

/** Signed by the log, cosigned by three witnesses. */
function cosignedCheckpoint(head: Checkpoint): string {
  const note = signCheckpoint(head, signerOf('aggregator'));
  const lines = HOLDERS.map((holder) => cosignatureLine(note, ORIGIN, signerOf(holder), COSIGNED_AT));
  return note + lines.join('');
}

/** One document of each kind. */
function payloads(): { readonly [K in Kind]: Payload<K> } {
  const [first, second] = HOLDERS;
  const [evaluation, message] = [sha256Hex(Buffer.from('evaluation')), blobOf('message')];
  return {
    proposal: {
      by: 'office',
      at: HEADER.at,
      seen: HEADER.seen,
      consortium: sha256Hex(Buffer.from('consortium')),
      nonce: sha256Hex(Buffer.from('nonce')),
      document: smallTask(HOLDERS),
    },
    approval: {
      ...HEADER,
      by: first,
      plan: planDigest(planTask(smallTask(HOLDERS))),
      commitment: commitTo(TASK, first, 0, message.digest),
    },
    commitment: { ...HEADER, by: first, round: 1, commitment: commitTo(TASK, first, 1, message.digest) },
    contribution: { ...HEADER, by: first, round: 0, about: 'contributions to the joint key', message },
    'joint-key': { ...HEADER, by: second, key: blobOf('key') },
    manifest: { ...HEADER, by: 'north', key: blobOf('key').digest, ciphertexts: [blobOf('ciphertext')] },
    seal: { ...HEADER, by: 'aggregator', manifests: [sha256Hex(Buffer.from('manifest'))] },
    evaluation: {
      ...HEADER,
      by: 'aggregator',
      seal: sha256Hex(Buffer.from('seal')),
      outputs: [blobOf('output')],
    },
    release: {
      ...HEADER,
      by: first,
      evaluation,
      outputs: [blobOf('output').digest],
      receiver: 'office',
      box: blobOf('box'),
      opened: sha256Hex(Buffer.from('opened')),
      checkpoint: cosignedCheckpoint({ origin: ORIGIN, size: 7, root: sha256(Buffer.from('root')) }),
    },
    delivery: { ...HEADER, by: 'office', releases: [evaluation], result: sha256Hex(Buffer.from('result')) },
    shred: { ...HEADER, by: first },
    abort: { ...HEADER, by: first, outcome: 'rejected', code: 'POLICY_REFUSED', detail: 'no legal basis' },
    ...linkagePayloads(first),
  };
}

/** Of a task that links records. */
function linkagePayloads(holder: string) {
  const request = sha256Hex(Buffer.from('request'));
  const lists = ['north', 'south'].map((party) => sha256Hex(Buffer.from(`list of ${party}`)));
  return {
    'linkage-key': { ...HEADER, by: holder, point: hex(new HolderLinkage(TASK, seedOf(holder)).publicKey) },
    'linkage-request': { ...HEADER, by: 'north', points: blobOf('points') },
    'linkage-answer': { ...HEADER, by: holder, request, answer: blobOf('answer') },
    pseudonyms: { ...HEADER, by: 'north', request, list: blobOf('list') },
    match: {
      ...HEADER,
      by: 'aggregator',
      lists,
      records: 2,
      union: 4,
      pattern: sha256Hex(Buffer.from('pattern')),
    },
  };
}

function documentEnvelopes(): Uint8Array[] {
  return Object.entries(payloads()).map(([kind, payload]) =>
    signDocument(kind as Kind, payload, signerOf(payload.by)),
  );
}

function documents(): unknown {
  const names = ['office', 'north', 'aggregator', ...HOLDERS];
  const keys = new Map(names.map((name) => [name, signerOf(name).publicKey]));
  return {
    seeds: Object.fromEntries(names.map((name) => [name, hex(seedOf(name))])),
    documents: documentEnvelopes().map((envelope) => {
      const { kind, payload, payloadDigest, digest } = openDocument(envelope, keys);
      return {
        kind,
        payloadType: payloadType(kind),
        payload,
        payloadDigest,
        envelope: utf8(envelope),
        digest,
      };
    }),
    commitments: HOLDERS.map((holder) => {
      const messageDigest = blobOf(holder).digest;
      return {
        task: TASK,
        holder,
        round: 0,
        messageDigest,
        commitment: commitTo(TASK, holder, 0, messageDigest),
      };
    }),
  };
}

/** A log of these envelopes: entries, leaves, roots and proofs of every size, and a signed checkpoint. */
function log(): unknown {
  const envelopes = documentEnvelopes().slice(0, 7);
  const tree = new MerkleTree(envelopes.map(leafOf));
  const sizes = Array.from({ length: envelopes.length + 1 }, (_, size) => size);
  return {
    origin: ORIGIN,
    seed: hex(seedOf('aggregator')),
    entries: envelopes.map((envelope) => ({
      envelopeDigest: sha256Hex(envelope),
      entry: hex(entryOf(envelope)),
      leaf: hex(leafOf(envelope)),
    })),
    roots: sizes.map((size) => hex(tree.root(size))),
    inclusion: envelopes.map((_, index) => ({
      index,
      size: 7,
      proof: tree.inclusionProof(index, 7).map(hex),
    })),
    consistency: sizes
      .slice(1)
      .map((from) => ({ from, to: 7, proof: tree.consistencyProof(from, 7).map(hex) })),
    checkpoint: signCheckpoint({ origin: ORIGIN, size: 7, root: tree.root(7) }, signerOf('aggregator')),
    cosignedAt: COSIGNED_AT,
    cosigned: cosignedCheckpoint({ origin: ORIGIN, size: 7, root: tree.root(7) }),
  };
}

/** What a task becomes: the plan that everybody computes, and its digest, which an approval signs. */
function plan(): unknown {
  const document = validateTask(smallTask(HOLDERS));
  const planned = planTask(document);
  return {
    document,
    plan: planned,
    canonicalPlan: utf8(canonicalJson(planned)),
    digest: planDigest(planned),
  };
}

const firstWords = (words: Words): string[] => Array.from(words.subarray(0, 4), String);
const told = (words: Words): unknown => ({ first: firstWords(words), sha256: hex(sha256(bytesOf(words))) });
const toldBytes = (bytes: Uint8Array): unknown => ({ size: bytes.length, sha256: sha256Hex(bytes) });

/** The streams and the distributions over them. */
function xof(): unknown {
  const stream = (): Xof => new Xof('a label', Buffer.from('an input'), Buffer.from(''));
  return {
    label: 'a label',
    inputs: [hex(Buffer.from('an input')), ''],
    first64: hex(stream().read(64)),
    uniform: uniformWordsOf(stream()),
    ternary: Array.from(ternary(stream(), 32)),
    centredBinomial: Array.from(centredBinomial(stream(), 32)),
    interval: { bound: String(1n << 100n), values: uniformInterval(stream(), 4, 1n << 100n).map(String) },
  };
}

function uniformWordsOf(stream: Xof): unknown {
  const prime = 1125899906826241n;
  return { prime: String(prime), words: Array.from(uniformWords(stream, 8, [prime]), String) };
}

/** From the seeds of three holders to their partial decryptions of one ciphertext, step by step. */
async function latticeSums(scheme: 'bfv' | 'ckks'): Promise<unknown> {
  const { parameters } = planTask(validateTask({ ...smallTask(HOLDERS), scheme }));
  if (parameters.scheme === 'paillier' || parameters.products !== undefined) {
    throw new Error('the small task is one of sums with a lattice scheme');
  }
  const context: SchemeContext<RlweParameters> = { parameters, task: TASK };
  const binding = bind(context);
  using ring = openKeyRing(parameters);
  const counting = ring.lift(Int32Array.from({ length: parameters.ringDegree }, (_, i) => i));
  const { rounds, jointKey } = await ceremony(context);
  const ciphertext = publicCiphertext(parameters);
  using evaluator = await openEvaluator(context, jointKey);
  using sum = evaluator.sum();
  sum.add(ciphertext, 'north');
  sum.add(ciphertext, 'south');
  const output = sum.bytes();
  return {
    task: TASK,
    parameters,
    seeds: HOLDERS.map((holder) => hex(seedOf(holder))),
    tags: Object.fromEntries(
      (['key-contribution', 'key-test-share', 'partial-decryption'] as const).map((kind) => [
        kind,
        hex(binding.tag(kind)),
      ]),
    ),
    transform: { of: '0, 1, 2, …, N − 1', words: told(ring.toNtt(counting)) },
    commonReference: told(commonReference(binding, parameters)),
    keyShares: HOLDERS.map((holder) => told(expandSecret(ring, binding, seedOf(holder)).share)),
    rounds: rounds.map((messages) => messages.map(toldBytes)),
    jointKey: toldBytes(jointKey),
    ciphertext: {
      head: hex(ciphertextHead(ciphertextShape(parameters))),
      words: 'uniformWords of the stream of the label "strongroom vector ciphertext", c_0 and then c_1',
      ...(toldBytes(ciphertext) as object),
    },
    output: { of: 'the ciphertext twice', ...(toldBytes(output) as object) },
    partialDecryptions: await partialDecryptions(context, jointKey, output),
  };
}

async function ceremony(context: SchemeContext): Promise<{ rounds: Uint8Array[][]; jointKey: Uint8Array }> {
  const holders: HolderCeremony[] = [];
  for (const [i, holder] of HOLDERS.entries())
    holders.push(await openHolderCeremony(context, seedOf(holder), i));
  const rounds: Uint8Array[][] = [];
  while (holders[0]?.finished === false) {
    const messages: Uint8Array[] = [];
    for (const holder of holders) messages.push(await holder.contribution());
    for (const holder of holders) await holder.take(messages);
    rounds.push(messages);
  }
  const jointKey = holders[0]?.jointKey() ?? new Uint8Array();
  for (const holder of holders) holder[Symbol.dispose]();
  return { rounds, jointKey };
}

/** Encryption draws fresh randomness, so that no implementation can make its bytes again: these encrypt nothing. */
function publicCiphertext(parameters: RlweParameters): Uint8Array {
  const shape = ciphertextShape(parameters);
  const stream = new Xof('strongroom vector ciphertext');
  const [c0, c1] = [0, 1].map(() => uniformWords(stream, shape.ringDegree, shape.primes));
  return writeCiphertext(shape, c0 ?? new BigUint64Array(), c1);
}

async function partialDecryptions(
  context: SchemeContext,
  jointKey: Uint8Array,
  output: Uint8Array,
): Promise<unknown[]> {
  const told: unknown[] = [];
  for (const [i, holder] of HOLDERS.entries()) {
    using share = await openKeyShare(context, seedOf(holder), i, jointKey);
    told.push(share.partialDecryptions([output]).map(toldBytes));
  }
  return told;
}

/** From the seeds of three holders and of one input party to the pseudonyms of its keys. */
function linkage(): unknown {
  const keys = ['0007', '0031'].map((key) => Buffer.from(key));
  const seed = seedOf('north');
  const request = blindKeys(keys, seed);
  const answers: HolderAnswer[] = [];
  for (const holder of HOLDERS) {
    const linking = new HolderLinkage(TASK, seedOf(holder));
    const [publicKey] = parsePoints('a linkage key', linking.publicKey);
    if (publicKey === undefined) throw new Error('a key is one point');
    answers.push({ holder, publicKey, answer: linking.answer('north', request) });
  }
  return {
    task: TASK,
    keys: keys.map(hex),
    blindingSeed: hex(seed),
    request: hex(request),
    holders: answers.map(({ holder, publicKey, answer }) => ({
      holder,
      seed: hex(seedOf(holder)),
      publicKey: hex(writePoints([publicKey])),
      answer: hex(answer),
    })),
    pseudonyms: hex(pseudonymsOf(request, seed, answers)).match(/.{32}/g),
  };
}

/** A box draws fresh randomness: the one that stands in the file is kept. */
async function release(): Promise<unknown> {
  const known = readVector('release') as { box?: unknown } | undefined;
  if (known?.box !== undefined) return known;
  const shares = [Buffer.from('the first share'), Buffer.from(''), Buffer.from('the third')];
  const { privateKey, publicKey } = await createSealingKey();
  const evaluation = sha256Hex(Buffer.from('evaluation'));
  const { info, aad } = shareBinding(TASK, evaluation, 'holder-1');
  const packed = packShares(shares);
  const box = await sealTo(publicKey, packed, info, aad);
  return {
    task: TASK,
    evaluation,
    holder: 'holder-1',
    shares: shares.map(hex),
    packed: hex(packed),
    opened: sha256Hex(packed),
    info: hex(info),
    aad: hex(aad),
    receiver: { suite: publicKey.suite, publicKey: publicKey.key, privateKey: base64(privateKey) },
    box: base64(box),
  };
}

/** Every message on the wire, all fields set. */
function messages(): unknown {
  return [BOARD, BLOBS, WITNESSES].flatMap(({ definition }: Contract<unknown>) =>
    Object.entries(definition).flatMap(([name, method]) =>
      (['Request', 'Response'] as const).map((side) => {
        const message = SAMPLES[name + side] ?? {};
        const bytes =
          side === 'Request' ? method.requestSerialize(message) : method.responseSerialize(message);
        return { method: method.path, message: name + side, protobuf: hex(bytes) };
      }),
    ),
  );
}

export const VECTORS: Readonly<Record<string, () => unknown>> = {
  'canonical-json': canonical,
  envelope: envelopes,
  documents,
  log,
  plan,
  xof,
  bfv: () => latticeSums('bfv'),
  ckks: () => latticeSums('ckks'),
  linkage,
  release,
  messages,
};

export const vectorFile = (name: string): string => fileURLToPath(new URL(`${name}.json`, import.meta.url));

export function readVector(name: string): unknown {
  const file = vectorFile(name);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as unknown) : undefined;
}

export const textOf = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, make] of Object.entries(VECTORS)) writeFileSync(vectorFile(name), textOf(await make()));
}
