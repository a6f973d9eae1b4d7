import { sha256 } from '#primitives';
import { StrongroomError } from '../../../proto/errors.ts';
import type { HolderCeremony } from '../../scheme.ts';
import type { Context } from '../binding.ts';
import { requireSound } from '../parameters.ts';
import { HolderSecrets } from './holder-secrets.ts';
import { writeMessage } from './message.ts';
import type { CeremonySetting } from './round.ts';
import { openSetting } from './setting.ts';
import { nextTurn, PaillierCeremony } from './state-machine.ts';

/** See `HolderCeremony`. The ceremony keeps its own copy of the seed, wiped when it is finished or disposed of. */
export function openPaillierHolderCeremony(
  context: Context,
  seed: Uint8Array,
  holder: number,
): Promise<HolderCeremony> {
  return Promise.try(() => {
    requireSound(context.parameters);
    const setting = openSetting(context);
    return new PaillierHolderCeremony(setting, new HolderSecrets(setting, seed, holder));
  });
}

export class PaillierHolderCeremony extends PaillierCeremony implements HolderCeremony {
  readonly #secrets: HolderSecrets;
  /** SHA-256 of what this holder says in the current round, once it is known. */
  #said: Uint8Array | undefined;
  #open = true;

  /** Owns the products of the setting, and the secrets. */
  constructor(setting: CeremonySetting, secrets: HolderSecrets) {
    super(setting);
    this.#secrets = secrets;
  }

  async contribution(): Promise<Uint8Array> {
    await nextTurn();
    const message = this.#message();
    this.#said = sha256(message);
    return message;
  }

  /** A holder goes on only in the ceremony in which it speaks itself. */
  protected override takeNow(messages: readonly Uint8Array[]): void {
    const { holder } = this.#secrets;
    const shown = messages[holder];
    const said = this.#said ?? sha256(this.#message());
    if (shown && Buffer.compare(sha256(shown), said) !== 0) {
      throw new StrongroomError(
        'COMMITMENT_MISMATCH',
        `round ${this.round} of the key ceremony shows another message for key holder ${holder + 1} than this one made`,
        { details: { holder } },
      );
    }
    super.takeNow(messages);
    this.#said = undefined;
    if (this.finished) this.#wipe();
  }

  override [Symbol.dispose](): void {
    this.#wipe();
    super[Symbol.dispose]();
  }

  #message(): Uint8Array {
    const round = this.current();
    if (!this.#open) throw new StrongroomError('INTERNAL', 'the secret of the key ceremony was wiped');
    return writeMessage(this.setting.binding, round, this.#secrets.holder, round.contribution(this.#secrets));
  }

  #wipe(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#secrets[Symbol.dispose]();
  }
}
