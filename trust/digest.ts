/** Bytes and their digests: SHA-256, the text forms of bytes, and the one JSON form that is hashed and signed. */
import { decodeBase64, decodeHex, encodeBase64, encodeHex, sha256 } from '#primitives';
import { equalBytes, utf8 } from '../schemes/primitives/bytes.ts';
import { StrongroomError } from '../proto/errors.ts';

export { sha256 } from '#primitives';
export { equalBytes } from '../schemes/primitives/bytes.ts';

/** SHA-256 as 64 lower-case hexadecimal digits, as digests stand in documents. */
export function sha256Hex(bytes: Uint8Array): string {
  return encodeHex(sha256(bytes));
}

/** Lower-case hexadecimal. */
export function hex(bytes: Uint8Array): string {
  return encodeHex(bytes);
}

/** Inverse of `hex`; throws DOCUMENT_INVALID for anything that `hex` would not have written. */
export function unhex(text: string): Uint8Array {
  const bytes = decodeHex(text);
  if (encodeHex(bytes) !== text) throw malformed('Not a string of lower-case hexadecimal digits.');
  return bytes;
}

/** Standard base64 with padding (RFC 4648 §4). */
export function base64(bytes: Uint8Array): string {
  return encodeBase64(bytes);
}

/**
 * Inverse of `base64`; throws DOCUMENT_INVALID for anything that `base64` would not have written
 * (RFC 4648 §3.5), so that two texts never stand for the same bytes.
 */
export function unbase64(text: string): Uint8Array {
  const bytes = decodeBase64(text);
  if (encodeBase64(bytes) !== text) throw malformed('Not canonical base64.');
  return bytes;
}

const DEPTH = 32;

/**
 * The canonical UTF-8 JSON of a value, as in RFC 8785 (JCS) with numbers limited to safe integers: no white
 * space, keys in order of their UTF-16 code units. Throws DOCUMENT_INVALID for fractions, larger integers
 * (write those as decimal strings), undefined, lone surrogates, anything nested deeper than 32, and objects
 * that are not plain.
 */
export function canonicalJson(value: unknown): Uint8Array {
  return utf8(canonicalText(value, DEPTH));
}

/**
 * Reads canonical JSON. Throws DOCUMENT_INVALID for bytes that `canonicalJson` would not have written, so
 * that duplicate keys, spacing or number forms cannot make two readers see two different documents.
 */
export function parseCanonicalJson(bytes: Uint8Array): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw malformed('Not UTF-8 JSON.', cause);
  }
  if (!equalBytes(canonicalJson(value), bytes)) {
    throw malformed('JSON that is not in canonical form (RFC 8785).');
  }
  return value;
}

function canonicalText(value: unknown, depth: number): string {
  if (depth === 0) throw malformed('JSON nested too deeply.');
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string' && value.isWellFormed()) return JSON.stringify(value);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return JSON.stringify(value);
  if (Array.isArray(value)) {
    return `[${Array.from(value, (item: unknown) => canonicalText(item, depth - 1)).join()}]`;
  }
  if (isPlainObject(value)) {
    // Without a comparator `sort` orders by UTF-16 code units, which is what RFC 8785 §3.2.3 asks for.
    const members = Object.keys(value).sort();
    return `{${members.map((key) => `${canonicalText(key, depth)}:${canonicalText(value[key], depth - 1)}`).join()}}`;
  }
  throw malformed('A value that canonical JSON cannot carry: write numbers as safe integers or strings.');
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function malformed(message: string, cause?: unknown): StrongroomError {
  return new StrongroomError('DOCUMENT_INVALID', message, { cause });
}
