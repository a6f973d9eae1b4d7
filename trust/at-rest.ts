/**
 * Sealing of secrets at rest: AES-256-GCM (NIST SP 800-38D) under a key from the operator's passphrase
 * (scrypt, RFC 7914) or from a key file (HKDF-SHA256, RFC 5869).
 *
 * A record is `"SRAR" ‖ version 1 ‖ kdf ‖ log2 N ‖ r ‖ p ‖ salt 16 ‖ nonce 12 ‖ ciphertext ‖ tag 16`; the
 * header up to the salt and the label are authenticated. Nonces are random, which is safe for 2^32 records
 * under one salt (SP 800-38D §8.3).
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, scryptSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { StrongroomError } from '../proto/errors.ts';
import { equalBytes, hex } from './digest.ts';

const MAGIC = new TextEncoder().encode('SRAR\u0001');
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const HEADER_BYTES = MAGIC.length + 4 + SALT_BYTES;

// scrypt with N=2^15, r=8, p=3 takes 32 MiB; OWASP's list holds it equal to N=2^17, p=1.
const SCRYPT = { kdf: 1, log2N: 15, r: 8, p: 3 } as const;
const SCRYPT_MAX_MEMORY = 64 << 20;
const KEY_FILE = { kdf: 2, log2N: 0, r: 0, p: 0 } as const;

/**
 * What opens the secrets of one party. The slow derivation runs once for each salt: records are sealed under
 * the salt of the first record that was opened or sealed, so a process derives one key and keeps it.
 */
export class UnlockKey implements Disposable {
  readonly #kdf: typeof SCRYPT | typeof KEY_FILE;
  readonly #secret: Uint8Array;
  /** Keys of headers that are ours: only these are kept, since others are as many as a hostile disk makes them. */
  readonly #derived = new Map<string, Uint8Array>();
  /** The key that was derived last, of a header whose record has not opened yet. */
  #untried: { readonly salt: string; readonly key: Uint8Array } | undefined;
  #header: Uint8Array | undefined;

  /** @internal Made by `unlockKeyFrom`. */
  constructor(kdf: typeof SCRYPT | typeof KEY_FILE, secret: Uint8Array) {
    this.#kdf = kdf;
    this.#secret = secret;
  }

  /** The header under which this process seals. */
  get header(): Uint8Array {
    const { kdf, log2N, r, p } = this.#kdf;
    return (this.#header ??= Uint8Array.of(...MAGIC, kdf, log2N, r, p, ...randomBytes(SALT_BYTES)));
  }

  /** The AES key for records under this header. Throws UNLOCK_FAILED where the header is not one of ours. */
  key(header: Uint8Array): Uint8Array {
    const { kdf, log2N, r, p } = this.#kdf;
    const expected = Uint8Array.of(...MAGIC, kdf, log2N, r, p);
    // The costs are compared, not obeyed: a header from a hostile disk can neither weaken nor stall us.
    if (!equalBytes(header.subarray(0, expected.length), expected)) {
      throw failed(`it was not sealed with a ${kdf === SCRYPT.kdf ? 'passphrase' : 'key file'}`);
    }
    const salt = header.subarray(expected.length);
    const cached = this.#derived.get(hex(salt));
    if (cached !== undefined) return cached;
    this.#untried?.key.fill(0);
    this.#untried = { salt: hex(salt), key: this.#derive(salt) };
    return this.#untried.key;
  }

  /** Called with a header under which a record has been sealed or has opened, right after `key`. */
  adopt(header: Uint8Array): void {
    this.#header ??= header.slice();
    if (this.#untried === undefined) return;
    const { salt, key } = this.#untried;
    if (hex(header).endsWith(salt)) this.#derived.set(salt, key);
    else key.fill(0);
    this.#untried = undefined;
  }

  /** Wipes the secret and all keys derived from it. */
  [Symbol.dispose](): void {
    this.#secret.fill(0);
    for (const key of this.#derived.values()) key.fill(0);
    this.#untried?.key.fill(0);
    this.#derived.clear();
    this.#untried = undefined;
  }

  #derive(salt: Uint8Array): Uint8Array {
    if (this.#kdf.kdf === KEY_FILE.kdf) {
      return new Uint8Array(hkdfSync('sha256', this.#secret, salt, 'strongroom at rest', KEY_BYTES));
    }
    const { log2N, r, p } = this.#kdf;
    const options = { N: 2 ** log2N, r, p, maxmem: SCRYPT_MAX_MEMORY };
    return new Uint8Array(scryptSync(this.#secret, salt, KEY_BYTES, options));
  }
}

/**
 * The unlock key from a passphrase, or from the path of a file of exactly 32 random bytes; one of the two.
 * Throws USAGE where none or both are given, or the passphrase is empty; UNLOCK_FAILED where the file cannot
 * be read or has another length.
 */
export function unlockKeyFrom(source: {
  readonly passphrase?: string;
  readonly keyFile?: string;
}): UnlockKey {
  const { passphrase, keyFile } = source;
  if ((passphrase === undefined) === (keyFile === undefined) || passphrase === '') {
    throw new StrongroomError('USAGE', 'Give either a passphrase or a key file for the secrets at rest.');
  }
  if (keyFile !== undefined) return new UnlockKey(KEY_FILE, readKeyFile(keyFile));
  // RFC 8265 §4.2.2: the same passphrase typed on another keyboard is the same bytes.
  return new UnlockKey(SCRYPT, new TextEncoder().encode(passphrase?.normalize('NFC')));
}

/** Seals a record. The label says what it is, and must be given again to open it. */
export function sealAtRest(plaintext: Uint8Array, unlock: UnlockKey, label: string): Uint8Array {
  const { header } = unlock;
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', unlock.key(header), nonce);
  cipher.setAAD(associatedData(header, label));
  const body = [cipher.update(plaintext), cipher.final()];
  unlock.adopt(header);
  return new Uint8Array(Buffer.concat([header, nonce, ...body, cipher.getAuthTag()]));
}

/**
 * Opens a record made by `sealAtRest` with the same secret and label; the caller wipes the answer.
 * Throws UNLOCK_FAILED where the passphrase, the key file or the label is another, or a byte was altered.
 */
export function openAtRest(record: Uint8Array, unlock: UnlockKey, label: string): Uint8Array {
  const body = HEADER_BYTES + NONCE_BYTES;
  if (record.length < body + TAG_BYTES) throw failed('it is cut short');
  const header = record.subarray(0, HEADER_BYTES);
  const options = { authTagLength: TAG_BYTES };
  const decipher = createDecipheriv(
    'aes-256-gcm',
    unlock.key(header),
    record.subarray(HEADER_BYTES, body),
    options,
  );
  decipher.setAAD(associatedData(header, label));
  decipher.setAuthTag(record.subarray(-TAG_BYTES));
  try {
    const plaintext = Buffer.concat([decipher.update(record.subarray(body, -TAG_BYTES)), decipher.final()]);
    unlock.adopt(header);
    return new Uint8Array(plaintext);
  } catch (cause) {
    throw failed('wrong passphrase or key file, or the record was altered', cause);
  }
}

// The header has a fixed length, so header and label cannot run into one another.
function associatedData(header: Uint8Array, label: string): Uint8Array {
  return Buffer.concat([header, new TextEncoder().encode(label)]);
}

function readKeyFile(path: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(readFileSync(path));
  } catch (cause) {
    throw failed(`the key file ${path} cannot be read`, cause);
  }
  if (bytes.length !== KEY_BYTES) throw failed(`the key file ${path} must hold exactly ${KEY_BYTES} bytes`);
  return bytes;
}

function failed(why: string, cause?: unknown): StrongroomError {
  return new StrongroomError('UNLOCK_FAILED', `A sealed record does not open: ${why}.`, { cause });
}
