/**
 * A small assembler of WebAssembly (core specification 2.0, chapter 5: binary format). An expression is the code that
 * leaves one value on the stack; a `FunctionBody` collects statements. Nothing is optimised here: the compiler of
 * the platform does that.
 */
const CODES = { i32: 0x7f, i64: 0x7e, v128: 0x7b } as const;
export type ValueType = keyof typeof CODES;

/** Code that leaves one value of this type. */
export interface Expression<T extends ValueType = ValueType> {
  readonly type: T;
  readonly code: readonly number[];
}

/** A parameter or local variable; as an expression it is its value. */
export interface Local<T extends ValueType = ValueType> extends Expression<T> {
  readonly index: number;
}

export type I32 = Expression<'i32'>;
export type I64 = Expression<'i64'>;
export type V128 = Expression<'v128'>;

const OP = { loop: 0x03, if: 0x04, end: 0x0b, branchIf: 0x0d, localGet: 0x20, localSet: 0x21 } as const;
const NO_RESULT = 0x40;
const FUNCTION_TYPE = 0x60;
const SECTION = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;

/** LEB128 of an unsigned integer. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

/** LEB128 of a signed integer. */
function signed(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = value; ;) {
    const byte = Number(rest & 127n);
    rest >>= 7n;
    const last = (rest === 0n && (byte & 64) === 0) || (rest === -1n && (byte & 64) !== 0);
    bytes.push(last ? byte : byte | 128);
    if (last) return bytes;
  }
}

const vector = (items: readonly (readonly number[])[]): number[] => [
  ...unsigned(items.length),
  ...items.flat(),
];
const section = (id: number, content: readonly number[]): number[] => [
  id,
  ...unsigned(content.length),
  ...content,
];
const name = (text: string): number[] => [...unsigned(text.length), ...new TextEncoder().encode(text)];

/** An instruction on the values of these expressions. */
function apply<T extends ValueType>(
  type: T,
  opcode: readonly number[],
  ...operands: Expression[]
): Expression<T> {
  return { type, code: [...operands.flatMap(({ code }) => code), ...opcode] };
}

const unary =
  <A extends ValueType, R extends ValueType>(result: R, ...opcode: number[]) =>
  (a: Expression<A>): Expression<R> =>
    apply(result, opcode, a);
const binary =
  <A extends ValueType, R extends ValueType>(result: R, ...opcode: number[]) =>
  (a: Expression<A>, b: Expression<A>): Expression<R> =>
    apply(result, opcode, a, b);
/** Loads need not be aligned; the hint says nothing. */
const load =
  <R extends ValueType>(result: R, ...opcode: number[]) =>
  (address: I32, offset = 0): Expression<R> =>
    apply(result, [...opcode, 0, ...unsigned(offset)], address);

export const i32 = {
  of: (value: number): I32 => ({ type: 'i32', code: [0x41, ...signed(BigInt(value))] }),
  add: binary<'i32', 'i32'>('i32', 0x6a),
  sub: binary<'i32', 'i32'>('i32', 0x6b),
  mul: binary<'i32', 'i32'>('i32', 0x6c),
  and: binary<'i32', 'i32'>('i32', 0x71),
  or: binary<'i32', 'i32'>('i32', 0x72),
  shl: binary<'i32', 'i32'>('i32', 0x74),
  shrU: binary<'i32', 'i32'>('i32', 0x76),
  countTrailingZeros: unary<'i32', 'i32'>('i32', 0x68),
  eqz: unary<'i32', 'i32'>('i32', 0x45),
  ne: binary<'i32', 'i32'>('i32', 0x47),
  ltU: binary<'i32', 'i32'>('i32', 0x49),
  gtU: binary<'i32', 'i32'>('i32', 0x4b),
  wrap: unary<'i64', 'i32'>('i32', 0xa7),
  load8U: load('i32', 0x2d),
} as const;

export const i64 = {
  of: (value: bigint | number): I64 => ({
    type: 'i64',
    code: [0x42, ...signed(BigInt.asIntN(64, BigInt(value)))],
  }),
  add: binary<'i64', 'i64'>('i64', 0x7c),
  sub: binary<'i64', 'i64'>('i64', 0x7d),
  mul: binary<'i64', 'i64'>('i64', 0x7e),
  and: binary<'i64', 'i64'>('i64', 0x83),
  or: binary<'i64', 'i64'>('i64', 0x84),
  xor: binary<'i64', 'i64'>('i64', 0x85),
  shl: binary<'i64', 'i64'>('i64', 0x86),
  shrS: binary<'i64', 'i64'>('i64', 0x87),
  shrU: binary<'i64', 'i64'>('i64', 0x88),
  countOnes: unary<'i64', 'i64'>('i64', 0x7b),
  ne: binary<'i64', 'i32'>('i32', 0x52),
  extend: unary<'i32', 'i64'>('i64', 0xad),
  load: load('i64', 0x29),
  load8S: load('i64', 0x30),
  load16U: load('i64', 0x33),
  load32U: load('i64', 0x35),
} as const;

/** Two 64-bit lanes. */
export const i64x2 = {
  splat: unary<'i64', 'v128'>('v128', 0xfd, 0x12),
  lane: (a: V128, index: 0 | 1): I64 => apply('i64', [0xfd, 0x1d, index], a),
  add: binary<'v128', 'v128'>('v128', 0xfd, 0xce, 0x01),
  sub: binary<'v128', 'v128'>('v128', 0xfd, 0xd1, 0x01),
  or: binary<'v128', 'v128'>('v128', 0xfd, 0x50),
  and: binary<'v128', 'v128'>('v128', 0xfd, 0x4e),
  /** By a constant. */
  shrS: (a: V128, bits: number): V128 => apply('v128', [0xfd, 0xcc, 0x01], a, i32.of(bits)),
  load: load('v128', 0xfd, 0x00),
} as const;

const STORES = { i32: [0x36], i64: [0x37], v128: [0xfd, 0x0b] } as const;

/** The statements of one function, in the order in which they are asked for. */
export class FunctionBody<P extends readonly ValueType[] = readonly ValueType[]> {
  readonly #code: number[] = [];
  readonly #locals: ValueType[] = [];
  readonly parameters: { readonly [K in keyof P]: Local<P[K] & ValueType> };

  constructor(types: P) {
    this.parameters = types.map((type, index) => local(type, index)) as unknown as typeof this.parameters;
  }

  /** A new variable, with its first value where one is given; 0 otherwise. */
  local<T extends ValueType>(type: T, value?: Expression<T>): Local<T> {
    const made = local(type, this.parameters.length + this.#locals.length);
    this.#locals.push(type);
    if (value) this.set(made, value);
    return made;
  }

  set<T extends ValueType>(variable: Local<T>, value: Expression<T>): void {
    this.#code.push(...value.code, OP.localSet, ...unsigned(variable.index));
  }

  store(address: I32, value: Expression, offset = 0): void {
    this.#code.push(...address.code, ...value.code, ...STORES[value.type], 0, ...unsigned(offset));
  }

  /** The low byte of a value. */
  store8(address: I32, value: I64): void {
    this.#code.push(...address.code, ...value.code, 0x3c, 0, 0);
  }

  /** The statements of `body`, and again while the condition holds after them. */
  repeatWhile(condition: () => I32, body: () => void): void {
    this.#code.push(OP.loop, NO_RESULT);
    body();
    this.#code.push(...condition().code, OP.branchIf, 0, OP.end);
  }

  /** For public conditions only. */
  when(condition: I32, body: () => void): void {
    this.#code.push(...condition.code, OP.if, NO_RESULT);
    body();
    this.#code.push(OP.end);
  }

  /** Once for each address from the value of `at` to before `end`, `step` bytes apart; at least once. */
  sweep(at: Local<'i32'>, end: I32, step: number, body: () => void): void {
    this.repeatWhile(
      () => i32.ltU(at, end),
      () => {
        body();
        this.set(at, i32.add(at, i32.of(step)));
      },
    );
  }

  /** The encoded function, which leaves `result`. */
  encode(result?: Expression): number[] {
    const locals = vector(this.#locals.map((type) => [1, CODES[type]]));
    const body = [...locals, ...this.#code, ...(result?.code ?? []), OP.end];
    return [...unsigned(body.length), ...body];
  }
}

function local<T extends ValueType>(type: T, index: number): Local<T> {
  return { type, index, code: [OP.localGet, ...unsigned(index)] };
}

/** A function of a module. */
export interface Assembled {
  readonly parameters: readonly ValueType[];
  readonly result: ValueType | undefined;
  readonly code: readonly number[];
}

/** A function from the statements that `write` makes; what it returns is the result. */
export function assemble<const P extends readonly ValueType[]>(
  parameters: P,
  write: (
    body: FunctionBody<P>,
    ...variables: { -readonly [K in keyof P]: Local<P[K]> }
  ) => Expression | undefined,
): Assembled {
  let made: Assembled | undefined;
  const make = (): Assembled => {
    const body = new FunctionBody(parameters);
    const result = write(body, ...(body.parameters as { -readonly [K in keyof P]: Local<P[K]> }));
    return { parameters, result: result?.type, code: body.encode(result) };
  };
  // When it is first looked at: most processes that load the kernel's files start without computing.
  return {
    parameters,
    get result() {
      return (made ??= make()).result;
    },
    get code() {
      return (made ??= make()).code;
    },
  };
}

/** The bytes of a module that exports these functions by their names and imports its memory as `env.memory`. */
export function moduleOf(functions: Readonly<Record<string, Assembled>>): Uint8Array<ArrayBuffer> {
  const all = Object.entries(functions);
  const types = all.map(([, { parameters, result }]) => [
    FUNCTION_TYPE,
    ...vector(parameters.map((type) => [CODES[type]])),
    ...vector(result ? [[CODES[result]]] : []),
  ]);
  const memory = [...name('env'), ...name('memory'), 0x02, 0x00, 0x01];
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(SECTION.type, vector(types)),
    ...section(SECTION.import, vector([memory])),
    ...section(SECTION.function, vector(all.map((_, i) => unsigned(i)))),
    ...section(SECTION.export, vector(all.map(([key], i) => [...name(key), 0x00, ...unsigned(i)]))),
    ...section(SECTION.code, vector(all.map(([, { code }]) => code))),
  ]);
}
