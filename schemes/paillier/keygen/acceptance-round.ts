/**
 * The first candidate that passed the screen: 64 iterations of the biprimality test prove it, all other candidates of
 * the batch are opened, and each holder sends Enc(φ_i) for what comes next.
 */
import { attributed } from '../../attributed.ts';
import { toBytes } from '../integers.ts';
import {
  biprimalityShare,
  ITERATIONS,
  passes,
  proofBases,
  readBiprimalityShare,
  turnOf,
} from './biprimality.ts';
import { decryptionKeyProductRound, totientPart } from './decryption-key-rounds.ts';
import { verifyAllBut } from './opened-candidates.ts';
import { treeDepth, type Batch, type JudgedBatch, type Round } from './round.ts';
import { openAllBut, punctureBytes } from './seed-tree.ts';

export function acceptanceRound(batch: Batch, judged: JudgedBatch, slot: number): Round {
  const { setting, key, index } = batch;
  const { plan, binding, products } = setting;
  const modulus = judged.moduli[slot] ?? 1n;
  const width = plan.modulusBits / 8;
  const depth = treeDepth(plan);
  const proofAt = punctureBytes(depth);
  const totientAt = proofAt + ITERATIONS * width;
  return {
    name: 'acceptance',
    batch: index,
    step: 'proving that the modulus has two prime factors',
    bodyBytes: totientAt + products.single.messageBytes,
    contribution: (secrets) => {
      const { root, parts } = secrets.batch(index);
      const part = parts[slot] ?? { p: 0n, q: 0n };
      const proof = proofBases(binding, modulus).map((base, i) => {
        const roles = { holder: secrets.holder, turn: turnOf(i, plan.holders) };
        return toBytes(biprimalityShare(part, modulus, base, roles), width);
      });
      const stream = secrets.randomness('acceptance', index, toBytes(modulus, width));
      const totient = totientPart(part, modulus, secrets.holder);
      const encrypted = secrets.products.single.encrypt(key, totient, stream);
      stream.wipe();
      return Buffer.concat([openAllBut(root, depth, slot), ...proof, encrypted]);
    },
    take: (bodies) => {
      const shares = bodies.map((body, holder) =>
        attributed(holder, () =>
          Array.from({ length: ITERATIONS }, (_, i) =>
            readBiprimalityShare(body, proofAt + i * width, width, modulus),
          ),
        ),
      );
      const sum = products.single.sumEncryptions(bodies.map((body) => body.subarray(totientAt)));
      verifyAllBut(
        setting,
        judged,
        slot,
        bodies.map((body) => body.subarray(0, proofAt)),
      );
      const proven = Array.from({ length: ITERATIONS }, (_, i) =>
        shares.map((values) => values[i] ?? 0n),
      ).every((values, i) => passes(modulus, values, turnOf(i, plan.holders), 'both'));
      return proven
        ? decryptionKeyProductRound({ batch, modulus, totient: sum })
        : batch.next({ ...judged, rejected: [...judged.rejected, slot] });
    },
  };
}
