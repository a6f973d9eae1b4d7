/**
 * The negacyclic number-theoretic transform, in place, in the order of SEAL: with ψ the smallest primitive 2N-th root
 * of unity modulo q, point i of a is a(ψ^(2·rev(i)+1)), rev the reversal of log2 N bits. Two layers of butterflies are
 * taken in one pass over memory (Longa and Naehrig, CANS 2016, algorithms 1 and 2, with Harvey's lazy reduction).
 * N ≥ 8 is a power of two, q < 2^60. A table holds for k = 0 … N − 1 the factor ψ^rev(k), or ψ^(−rev(k)) for the
 * inverse, and its quotient (`modular.ts`), 16 bytes together.
 */
import { assemble, i32, i64, type FunctionBody, type I32, type Local } from './assembler.ts';
import { factor, reduceOnce, setFactor, timesFactor, type Factor } from './modular.ts';

const WORD = 8;
const ENTRY = 16;

function entry(f: FunctionBody, address: I32, offset = 0): Factor {
  return factor(f, i64.load(address, offset), i64.load(address, offset + WORD));
}

function setEntry(f: FunctionBody, into: Factor, address: I32, offset = 0): void {
  setFactor(f, into, i64.load(address, offset), i64.load(address, offset + WORD));
}

/** Four words, `stride` bytes apart, where a stride of one word is known beforehand. */
function four(at: Local<'i32'>, stride: Local<'i32'> | undefined): readonly (readonly [I32, number])[] {
  if (stride === undefined) return [0, 1, 2, 3].map((i) => [at, i * WORD] as const);
  const double = i32.shl(stride, i32.of(1));
  return [at, i32.add(at, stride), i32.add(at, double), i32.add(i32.add(at, double), stride)].map(
    (address) => [address, 0] as const,
  );
}

/**
 * forward(a, table, N, q): words below 2^64 and 8·q or so (any x < 16·q) become the points, in [0, 16·q).
 *
 * A factor takes any word below 2^64 and gives less than 4·q, so only what is added to it must be kept small: below
 * 8·q before the first layer of two, below 12·q after it, below 16·q after both.
 */
export const forward = assemble(['i32', 'i32', 'i32', 'i64'], (f, a, table, n, q) => {
  const q4 = f.local('i64', i64.shl(q, i64.of(2)));
  const q8 = f.local('i64', i64.shl(q, i64.of(3)));
  const stride = f.local('i32', i32.mul(n, i32.of(WORD)));
  const blocks = f.local('i32', i32.of(1));
  const end = f.local('i32', i32.add(a, stride));
  const at = f.local('i32');
  const stop = f.local('i32');
  const [first, left, right] = [0, 1, 2].map(() => entry(f, table)) as [Factor, Factor, Factor];
  const firstAt = f.local('i32');
  const restAt = f.local('i32');

  f.when(i32.and(i32.countTrailingZeros(n), i32.of(1)), () => {
    f.set(stride, i32.shrU(stride, i32.of(1)));
    f.set(blocks, i32.of(2));
    setEntry(f, first, table, ENTRY);
    f.set(at, a);
    f.sweep(at, i32.add(a, stride), WORD, () => {
      const x = f.local('i64', reduceOnce(f, i64.load(at), q8));
      const y = f.local('i64', i64.load(i32.add(at, stride)));
      const yw = f.local('i64', timesFactor(f, y, first, q));
      f.store(at, i64.add(x, yw));
      f.store(i32.add(at, stride), i64.add(i64.sub(x, yw), q4));
    });
  });

  const butterflies = (by: Local<'i32'> | undefined): void => {
    const places = four(at, by);
    const [x0, x1, x2, x3] = places.map(([address, offset]) => f.local('i64', i64.load(address, offset))) as [
      Local<'i64'>,
      Local<'i64'>,
      Local<'i64'>,
      Local<'i64'>,
    ];
    f.set(x0, reduceOnce(f, x0, q8));
    f.set(x1, reduceOnce(f, x1, q8));
    f.set(x2, timesFactor(f, x2, first, q));
    f.set(x3, timesFactor(f, x3, first, q));
    const y1 = f.local('i64', i64.add(x1, x3));
    const y3 = f.local('i64', i64.add(i64.sub(x1, x3), q4));
    const y0 = f.local('i64', i64.add(x0, x2));
    const y2 = f.local('i64', i64.add(i64.sub(x0, x2), q4));
    const z1 = f.local('i64', timesFactor(f, y1, left, q));
    const z3 = f.local('i64', timesFactor(f, y3, right, q));
    const results = [
      i64.add(y0, z1),
      i64.add(i64.sub(y0, z1), q4),
      i64.add(y2, z3),
      i64.add(i64.sub(y2, z3), q4),
    ];
    places.forEach(([address, offset], i) => {
      const result = results[i];
      if (result) f.store(address, result, offset);
    });
  };
  const factors = (): void => {
    setEntry(f, first, firstAt);
    setEntry(f, left, restAt);
    setEntry(f, right, restAt, ENTRY);
    f.set(firstAt, i32.add(firstAt, i32.of(ENTRY)));
    f.set(restAt, i32.add(restAt, i32.of(2 * ENTRY)));
  };
  const startLayers = (): void => {
    f.set(at, a);
    f.set(firstAt, i32.add(table, i32.mul(blocks, i32.of(ENTRY))));
    f.set(restAt, i32.add(table, i32.mul(blocks, i32.of(2 * ENTRY))));
  };

  f.set(stride, i32.shrU(stride, i32.of(2)));
  f.when(i32.gtU(stride, i32.of(WORD)), () => {
    f.repeatWhile(
      () => i32.gtU(stride, i32.of(WORD)),
      () => {
        startLayers();
        f.repeatWhile(
          () => i32.ltU(at, end),
          () => {
            factors();
            f.set(stop, i32.add(at, stride));
            f.sweep(at, stop, WORD, () => {
              butterflies(stride);
            });
            f.set(at, i32.add(at, i32.mul(stride, i32.of(3))));
          },
        );
        f.set(stride, i32.shrU(stride, i32.of(2)));
        f.set(blocks, i32.shl(blocks, i32.of(2)));
      },
    );
  });
  startLayers();
  f.sweep(at, end, 4 * WORD, () => {
    factors();
    butterflies(undefined);
  });
  return undefined;
});

/**
 * inverse(a, table, N, q): points in [0, 4·q) become N times the coefficients, in [0, 8·q).
 *
 * Sums of sums grow to 16·q in two layers and are brought back below 4·q.
 */
export const inverse = assemble(['i32', 'i32', 'i32', 'i64'], (f, a, table, n, q) => {
  const q4 = f.local('i64', i64.shl(q, i64.of(2)));
  const q8 = f.local('i64', i64.shl(q, i64.of(3)));
  const stride = f.local('i32', i32.of(WORD));
  const blocks = f.local('i32', i32.shrU(n, i32.of(2)));
  const end = f.local('i32', i32.add(a, i32.mul(n, i32.of(WORD))));
  const at = f.local('i32');
  const stop = f.local('i32');
  const [last, left, right] = [0, 1, 2].map(() => entry(f, table)) as [Factor, Factor, Factor];
  const lastAt = f.local('i32');
  const restAt = f.local('i32');

  const butterflies = (by: Local<'i32'> | undefined): void => {
    const places = four(at, by);
    const [x0, x1, x2, x3] = places.map(([address, offset]) => f.local('i64', i64.load(address, offset))) as [
      Local<'i64'>,
      Local<'i64'>,
      Local<'i64'>,
      Local<'i64'>,
    ];
    const y0 = f.local('i64', i64.add(x0, x1));
    const y2 = f.local('i64', i64.add(x2, x3));
    f.set(x1, i64.add(i64.sub(x0, x1), q4));
    f.set(x3, i64.add(i64.sub(x2, x3), q4));
    const y1 = f.local('i64', timesFactor(f, x1, left, q));
    const y3 = f.local('i64', timesFactor(f, x3, right, q));
    const d0 = f.local('i64', i64.add(i64.sub(y0, y2), q8));
    const d1 = f.local('i64', i64.add(i64.sub(y1, y3), q4));
    const results = [
      reduceOnce(f, reduceOnce(f, i64.add(y0, y2), q8), q4),
      reduceOnce(f, i64.add(y1, y3), q4),
      timesFactor(f, d0, last, q),
      timesFactor(f, d1, last, q),
    ];
    places.forEach(([address, offset], i) => {
      const result = results[i];
      if (result) f.store(address, result, offset);
    });
  };
  const factors = (): void => {
    setEntry(f, last, lastAt);
    setEntry(f, left, restAt);
    setEntry(f, right, restAt, ENTRY);
    f.set(lastAt, i32.add(lastAt, i32.of(ENTRY)));
    f.set(restAt, i32.add(restAt, i32.of(2 * ENTRY)));
  };
  const startLayers = (): void => {
    f.set(at, a);
    f.set(lastAt, i32.add(table, i32.mul(blocks, i32.of(ENTRY))));
    f.set(restAt, i32.add(table, i32.mul(blocks, i32.of(2 * ENTRY))));
  };

  startLayers();
  f.sweep(at, end, 4 * WORD, () => {
    factors();
    butterflies(undefined);
  });
  f.set(blocks, i32.shrU(blocks, i32.of(2)));
  f.when(blocks, () => {
    f.repeatWhile(
      () => blocks,
      () => {
        f.set(stride, i32.shl(stride, i32.of(2)));
        startLayers();
        f.repeatWhile(
          () => i32.ltU(at, end),
          () => {
            factors();
            f.set(stop, i32.add(at, stride));
            f.sweep(at, stop, WORD, () => {
              butterflies(stride);
            });
            f.set(at, i32.add(at, i32.mul(stride, i32.of(3))));
          },
        );
        f.set(blocks, i32.shrU(blocks, i32.of(2)));
      },
    );
  });

  f.when(i32.and(i32.countTrailingZeros(n), i32.of(1)), () => {
    f.set(stride, i32.shl(n, i32.of(2)));
    setEntry(f, last, table, ENTRY);
    f.set(at, a);
    f.sweep(at, i32.add(a, stride), WORD, () => {
      const x = f.local('i64', i64.load(at));
      const y = f.local('i64', i64.load(i32.add(at, stride)));
      const difference = f.local('i64', i64.add(i64.sub(x, y), q4));
      f.store(at, i64.add(x, y));
      f.store(i32.add(at, stride), timesFactor(f, difference, last, q));
    });
  });
  return undefined;
});
