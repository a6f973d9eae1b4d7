/** Every decoder of foreign bytes. A new one is a file beside this one, and a line here. */
import type { Target } from '../harness/decoder.ts';
import { canonicalJsonTarget, textFormsTarget } from './canonical-json.ts';
import { clientTarget } from './client.ts';
import { configTarget } from './config.ts';
import {
  cardTarget,
  certificateTarget,
  consortiumTarget,
  signedCardTarget,
  signedConsortiumTarget,
} from './consortium.ts';
import { documentTarget, envelopeTarget, signedDocumentTarget } from './envelope.ts';
import { ceremonyTarget, ciphertextTarget, jointKeyTarget, shareTarget } from './lattice.ts';
import { linkageAnswerTarget, linkagePointsTarget, pseudonymsTarget } from './linkage.ts';
import { checkpointTarget, hostileLogTarget, replicaTarget } from './log.ts';
import { merkleTarget } from './merkle.ts';
import {
  paillierCeremonyTarget,
  paillierInputTarget,
  paillierKeyTarget,
  paillierShareTarget,
  paillierStartTarget,
} from './paillier.ts';
import { historyTarget, policyFileTarget, policyQuestionTarget } from './policy.ts';
import { receiptTarget } from './receipt.ts';
import {
  atRestTarget,
  identityFileTarget,
  packedSharesTarget,
  passphraseTarget,
  sealedBoxTarget,
} from './sealed.ts';
import { adminTarget, handshakeTarget, serverTarget } from './server.ts';
import { parquetTarget, tableTarget } from './table.ts';
import { taskJsonTarget, taskYamlTarget } from './task.ts';
import { messageTarget, statusTarget } from './wire.ts';
import { cosignedTarget, evidenceTarget, tileTarget } from './witness.ts';

export const DECODERS: readonly Target[] = [
  canonicalJsonTarget,
  textFormsTarget,
  envelopeTarget,
  documentTarget,
  signedDocumentTarget,
  consortiumTarget,
  signedConsortiumTarget,
  cardTarget,
  signedCardTarget,
  certificateTarget,
  atRestTarget,
  passphraseTarget,
  identityFileTarget,
  sealedBoxTarget,
  packedSharesTarget,
  checkpointTarget,
  merkleTarget,
  replicaTarget,
  hostileLogTarget,
  linkagePointsTarget,
  linkageAnswerTarget,
  pseudonymsTarget,
  cosignedTarget,
  tileTarget,
  evidenceTarget,
  receiptTarget,
  ciphertextTarget,
  jointKeyTarget,
  ceremonyTarget,
  shareTarget,
  paillierInputTarget,
  paillierKeyTarget,
  paillierShareTarget,
  paillierStartTarget,
  paillierCeremonyTarget,
  taskJsonTarget,
  taskYamlTarget,
  tableTarget,
  parquetTarget,
  configTarget,
  policyFileTarget,
  policyQuestionTarget,
  historyTarget,
  messageTarget,
  statusTarget,
  clientTarget,
  serverTarget,
  handshakeTarget,
  adminTarget,
];
