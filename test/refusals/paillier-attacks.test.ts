/** Attacks on the key ceremony by a holder that speaks last, or says what it should not. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { deriveBases } from '../../schemes/paillier/bases.ts';
import { fromBytes, inverse, modulo, toBytes } from '../../schemes/paillier/integers.ts';
import { ITERATIONS, turnOf } from '../../schemes/paillier/keygen/biprimality.ts';
import { TAG_BYTES } from '../../schemes/paillier/keygen/binding.ts';
import { fromSlots } from '../../schemes/paillier/keygen/products/batch.ts';
import type { CeremonySetting } from '../../schemes/paillier/keygen/round.ts';
import { punctureBytes } from '../../schemes/paillier/keygen/seed-tree.ts';
import { openModulus } from '../../schemes/paillier/modular.ts';
import { KEY_TAG_BYTES } from '../../schemes/paillier/parameters.ts';
import { bytesOf, wordsOf } from '../../schemes/rlwe/words.ts';
import { blumPrime } from '../fixtures/paillier-biprimes.ts';
import { factorsOf, openTable, type Table } from '../fixtures/paillier-keygen.ts';

const LAST = 2;
const WIDTH = 512 / 8;

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A partial decryption of candidates that opens candidate 0 shifted by `shift`. */
function shifted(setting: CeremonySetting, message: Uint8Array, shift: bigint): Uint8Array {
  const { plan, ring } = setting.products.setting;
  const head = 2 * TAG_BYTES;
  const group = plan.ringDegree * plan.primes.length;
  const result = message.slice();
  plan.batchPrimes.forEach((t, k) => {
    const values = new Float64Array(plan.ringDegree);
    values[0] = Number(modulo(shift, t));
    const offset = ring.toNtt(ring.lift(fromSlots(setting.products.setting, t, values)));
    const words = wordsOf(message, head + 8 * group * k, group);
    result.set(bytesOf(ring.add(words, offset)), head + 8 * group * k);
  });
  return result;
}

/** v of the last holder that makes a test pass, whoever has the turn, once the others are known. */
function passing(others: readonly bigint[], turn: number, modulus: bigint): bigint {
  if (turn === LAST) return others.reduce((product, v) => (product * v) % modulus, 1n);
  const rest = others.filter((_, holder) => holder !== turn);
  return rest.reduce((v, other) => (v * inverse(other, modulus)) % modulus, others[turn] ?? 0n);
}

function valueAt(message: Uint8Array | undefined, offset: number, width: number): bigint {
  return fromBytes((message ?? new Uint8Array()).subarray(offset, offset + width));
}

/** What all partial decryptions together open as candidate 0: anybody can tell who has heard them all. */
function candidateOf(
  { setting }: Table,
  products: readonly Uint8Array[],
  shares: readonly Uint8Array[],
): bigint {
  const { batch } = setting.products;
  const bodies = (messages: readonly Uint8Array[]) => messages.map((message) => message.subarray(TAG_BYTES));
  return batch.open(0, batch.sumProducts(0, bodies(products)), bodies(shares))[0] ?? 0n;
}

describe('a holder that hears all others before it speaks', () => {
  /** The modulus that it wants: it knows the factors. */
  const forced = blumPrime(256) * blumPrime(256);

  /** What the last holder makes of its message once it has those of the others, where nothing holds it back. */
  function rush(
    { setting, context, observer }: Table,
    honest: readonly Uint8Array[],
    opened: bigint,
  ): Uint8Array {
    const own = honest[LAST]?.slice() ?? new Uint8Array();
    const others = honest.slice(0, LAST);
    const forge = (offset: number, turn: number): void => {
      const values = others.map((message) => valueAt(message, offset, WIDTH));
      own.set(toBytes(passing(values, turn, forced), WIDTH), offset);
    };
    if (observer.due.name === 'candidate-openings') return shifted(setting, own, forced - opened);
    if (observer.due.name === 'screen') forge(TAG_BYTES, turnOf(0, 3));
    if (observer.due.name === 'acceptance') {
      const proof = TAG_BYTES + punctureBytes(Math.log2(setting.plan.candidatesPerBatch));
      for (let i = 0; i < ITERATIONS; i += 1) forge(proof + i * WIDTH, turnOf(i, 3));
    }
    if (observer.due.name === 'verification-key') {
      const ring = openModulus(forced ** 2n);
      const { plaintext } = deriveBases(context, forced, ring);
      const target = modulo(1n - opened * plaintext * forced, ring.value);
      const rest = others.map((message) => inverse(valueAt(message, TAG_BYTES, 2 * WIDTH), ring.value));
      own.set(
        toBytes(
          rest.reduce((v, each) => (v * each) % ring.value, target),
          2 * WIDTH,
        ),
        TAG_BYTES,
      );
    }
    return own;
  }

  test('makes a modulus of its own the key where nothing is committed to: all 64 rounds of the test pass', async () => {
    using table = await openTable('honest');
    const { setting, observer } = table;
    const { single } = setting.products;
    const bodies = (messages: readonly Uint8Array[]) =>
      messages.map((message) => message.subarray(TAG_BYTES));
    let [opened, before, sum]: [bigint, Uint8Array[], Uint8Array] = [0n, [], new Uint8Array()];
    const rounds: string[] = [];
    while (!observer.finished) {
      const { name } = observer.due;
      rounds.push(name);
      const honest = table.say();
      if (name === 'candidate-openings') opened = candidateOf(table, before, honest);
      if (name === 'decryption-key-opening') sum = single.sumProducts(bodies(before));
      if (name === 'verification-key') opened = single.open(sum, bodies(before));
      const messages = honest.with(LAST, rush(table, honest, opened));
      await observer.take(messages);
      before = messages;
    }
    expect(rounds).not.toContain('blame');
    expect(valueAt(observer.jointKey(), KEY_TAG_BYTES, WIDTH)).toBe(forced);
  });
  test('has to commit first, and what it opens then is not what it committed to', async () => {
    using table = await openTable('honest');
    await table.until('candidate-openings');
    const committed = table.say();
    const digests = committed.map(digest);
    const rushed = shifted(table.setting, committed[LAST] ?? new Uint8Array(), forced);
    const opened = committed.with(LAST, rushed);
    expect(opened.map((message, holder) => digest(message) === digests[holder])).toEqual([true, true, false]);
  });

  test('gains nothing by committing to a shift that it cannot know: the replay names it', async () => {
    using table = await openTable('honest');
    await table.until('candidate-openings');
    const honest = table.say();
    await table.observer.take(
      honest.with(LAST, shifted(table.setting, honest[LAST] ?? new Uint8Array(), forced)),
    );
    expect(table.observer.due.name).toBe('blame');
    await expect(table.finish()).rejects.toMatchObject({
      code: 'KEY_TEST_FAILED',
      details: { holder: LAST, round: 4, batch: 0, candidate: 0 },
    });
  });
});

describe('a message that is refused by itself, naming who sent it', () => {
  test('in every round: of another task, round, batch or holder, of another length, said by another before, or missing', async () => {
    using table = await openTable('honest');
    using elsewhere = await openTable('elsewhere');
    const { observer } = table;
    let before: Uint8Array | undefined;
    while (!observer.finished) {
      const round = observer.due;
      const honest = table.say();
      const own = honest[LAST] ?? new Uint8Array();
      const retagged = (tag: Uint8Array): Uint8Array =>
        new Uint8Array(Buffer.concat([tag, own.subarray(TAG_BYTES)]));
      const copied = new Uint8Array(
        Buffer.concat([own.subarray(0, TAG_BYTES), (honest[0] ?? own).subarray(TAG_BYTES)]),
      );
      const { binding } = table.setting;
      const refusals: [string, Uint8Array][] = [
        ['tag', retagged(elsewhere.setting.binding.tag(round.name, round.batch, LAST))],
        ['tag', retagged(binding.tag(round.name === 'screen' ? 'acceptance' : 'screen', round.batch, LAST))],
        ['tag', retagged(binding.tag(round.name, round.batch + 1, LAST))],
        ['tag', honest[0] ?? own],
        ['duplicate', copied],
        ['length', own.subarray(0, own.length - 1)],
        ['length', new Uint8Array(Buffer.concat([own, Buffer.alloc(1)]))],
        ['length', new Uint8Array()],
      ];
      if (before && before.length !== own.length) refusals.push(['length', before]);
      for (const [check, message] of refusals) {
        await expect(
          observer.take(honest.with(LAST, message)),
          `${round.name}: ${check}`,
        ).rejects.toMatchObject({
          code: 'CIPHERTEXT_INVALID',
          details: { check, holder: LAST },
        });
      }
      await expect(observer.take(honest.slice(1))).rejects.toMatchObject({
        code: 'CIPHERTEXT_INVALID',
        details: { check: 'number of messages' },
      });
      expect(observer.due).toBe(round);
      await observer.take(honest);
      before = own;
    }
  });

  test.each([
    ['candidates', TAG_BYTES + 64, 'word range'],
    ['candidate-products', 2 * TAG_BYTES, 'word range'],
    ['candidate-openings', 2 * TAG_BYTES, 'word range'],
    ['screen', TAG_BYTES, 'range'],
    ['acceptance', TAG_BYTES + punctureBytes(11), 'range'],
    ['decryption-key-product', 2 * TAG_BYTES, 'word range'],
    ['decryption-key-opening', 2 * TAG_BYTES, 'word range'],
    ['verification-key', TAG_BYTES, 'range'],
  ] as const)('a value out of range in the round %s', async (round, offset, check) => {
    using table = await openTable('honest');
    await table.until(round);
    const honest = table.say();
    const message = (honest[LAST] ?? new Uint8Array()).slice().fill(255, offset, offset + 2 * WIDTH);
    await expect(table.observer.take(honest.with(LAST, message))).rejects.toMatchObject({
      code: 'CIPHERTEXT_INVALID',
      details: { check, holder: LAST },
    });
  });
});

describe('a holder whose memory is put back, and to which another Enc(φ) is shown for the same modulus', () => {
  /** The acceptance message of the last holder with Enc(φ_i + shift): any holder can add to what it encrypts. */
  function withTotient(setting: CeremonySetting, message: Uint8Array, shift: number): Uint8Array {
    const { plan, ring } = setting.products.setting;
    const depth = Math.log2(setting.plan.candidatesPerBatch);
    const head = 2 * TAG_BYTES + punctureBytes(depth) + ITERATIONS * WIDTH;
    const polynomial = plan.ringDegree * plan.primes.length;
    const constant = ring.toNtt(ring.lift([shift, ...new Array<number>(plan.ringDegree - 1).fill(0)]));
    const result = message.slice();
    plan.singlePrimes.forEach((_, k) => {
      const at = head + 8 * 2 * polynomial * k;
      result.set(bytesOf(ring.add(wordsOf(message, at, polynomial), constant)), at);
    });
    return result;
  }

  /** W, as everybody sees it opened where the last holder has added to φ. */
  async function openedWith(shift: number): Promise<{ opened: bigint; table: Table }> {
    const table = await openTable('honest');
    const { observer, setting } = table;
    const { single } = setting.products;
    await table.until('acceptance');
    const honest = table.say();
    await observer.take(honest.with(LAST, withTotient(setting, honest[LAST] ?? new Uint8Array(), shift)));
    const products = table.say();
    await observer.take(products);
    const bodies = (messages: readonly Uint8Array[]) =>
      messages.map((message) => message.subarray(TAG_BYTES));
    const opened = single.open(single.sumProducts(bodies(products)), bodies(table.say()));
    return { opened, table };
  }

  /** Whether N falls to W = φ·β + N·R and W + β: their difference is β, and φ = W/β modulo N. */
  function falls(modulus: bigint, opened: bigint, again: bigint): boolean {
    const difference = modulo(again - opened, modulus);
    const totient = (modulo(opened, modulus) * inverse(difference, modulus)) % modulus;
    const sum = modulus + 1n - totient;
    const square = sum * sum - 4n * modulus;
    if (square < 0n) return false;
    let root = square + 1n;
    let next = square;
    while (next < root) [root, next] = [next, (next + square / (next || 1n)) >> 1n];
    return root * root === square && modulus % ((sum + root) / 2n) === 0n;
  }

  test('masks it afresh: what it opens tells nothing about φ', async () => {
    const first = await openedWith(0);
    const second = await openedWith(1);
    using table = first.table;
    second.table[Symbol.dispose]();
    await table.finish();
    const modulus = valueAt(table.observer.jointKey(), KEY_TAG_BYTES, WIDTH);
    const [p, q] = factorsOf('honest', table, modulus);
    const beta = modulo(first.opened * inverse((p - 1n) * (q - 1n), modulus), modulus);
    expect(falls(modulus, first.opened, first.opened + beta)).toBe(true);
    expect(second.opened).not.toBe(first.opened);
    expect(falls(modulus, first.opened, second.opened)).toBe(false);
  });
});
