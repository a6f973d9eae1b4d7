import type { Ceremony } from '../../scheme.ts';
import type { Context } from '../binding.ts';
import { requireSound } from '../parameters.ts';
import { openSetting } from './setting.ts';
import { PaillierCeremony } from './state-machine.ts';

/** See `Ceremony`. */
export function openPaillierCeremony(context: Context): Promise<Ceremony> {
  return Promise.try(() => {
    requireSound(context.parameters);
    return new PaillierCeremony(openSetting(context));
  });
}
