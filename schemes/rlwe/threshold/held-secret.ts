/** A key holder's secret for one task, from when it is expanded until it is wiped. */
import { StrongroomError } from '../../../proto/errors.ts';
import type { Ring } from '../ring.ts';
import type { Binding } from './binding.ts';
import { openKeyRing } from './engine.ts';
import { expandSecret } from './key-contribution.ts';
import type { Moduli } from './levels.ts';
import { wipeSecret, type Secret } from './partial-decryption.ts';

export class HeldSecret implements Disposable {
  /** In which it computes: modulo q·P. */
  readonly ring: Ring;
  readonly #secret: Secret;
  #held = true;

  constructor(moduli: Moduli, binding: Binding, seed: Uint8Array) {
    this.ring = openKeyRing(moduli);
    this.#secret = expandSecret(this.ring, binding, seed);
  }

  /** Throws INTERNAL once it was wiped: a wiped secret would still give shares, those of an all-zero one. */
  get secret(): Secret {
    if (this.#held) return this.#secret;
    throw new StrongroomError('INTERNAL', 'the key share was wiped and cannot be used again');
  }

  [Symbol.dispose](): void {
    if (!this.#held) return;
    this.#held = false;
    wipeSecret(this.#secret);
    this.ring[Symbol.dispose]();
  }
}
