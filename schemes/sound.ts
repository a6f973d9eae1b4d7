/** Whether parameters are those that the module of their scheme derives from the size of the task. */
import { requireSoundBfv } from './bfv/parameters.ts';
import { requireSoundCkks } from './ckks/parameters.ts';
import type { RlweParameters } from './scheme.ts';

/** Throws TASK_IMPOSSIBLE where they are not: nobody can be made to hide less than the plan demands. */
export function requireSound(parameters: RlweParameters): void {
  if (parameters.scheme === 'ckks') requireSoundCkks(parameters);
  else requireSoundBfv(parameters);
}
