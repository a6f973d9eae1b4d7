/**
 * Who may call what: the one table of the transport. A method that is not listed, or a role that is not listed
 * for it, is refused.
 *
 * The aggregator answers calls and makes none, so its role stands in no row; a controller reads, and writes
 * nothing but its cosignatures of what it has read. What a document says and whether its author may say it at this step is judged after this, by the
 * rules of the task.
 */
import { StrongroomError } from '../proto/errors.ts';
import type { Card } from '../trust/identity.ts';
import type { BlobMethods, BoardMethods, KeyHolderAdminMethods, WitnessMethods } from './contract.ts';

/** The roles of a party's card; `operator` is whoever can open the admin socket of a daemon, and no party. */
export type Role = Card['roles'][number] | 'operator';

/** Who makes a call. */
export interface Caller {
  readonly party: string;
  readonly roles: readonly Role[];
}

type Path =
  | `/strongroom.v1.BoardService/${keyof BoardMethods}`
  | `/strongroom.v1.WitnessService/${keyof WitnessMethods}`
  | `/strongroom.v1.BlobService/${keyof BlobMethods}`
  | `/strongroom.v1.KeyHolderAdminService/${keyof KeyHolderAdminMethods}`;

export const AUTHORISATION: Readonly<Record<Path, readonly Role[]>> = {
  '/strongroom.v1.BoardService/Append': ['input', 'processing', 'output'],
  '/strongroom.v1.BoardService/Follow': ['input', 'processing', 'output', 'controller'],
  '/strongroom.v1.BoardService/Prove': ['input', 'processing', 'output', 'controller'],

  '/strongroom.v1.WitnessService/Cosign': ['processing', 'controller'],
  '/strongroom.v1.WitnessService/Cosigned': ['input', 'processing', 'output', 'controller'],

  '/strongroom.v1.BlobService/Stat': ['input', 'processing', 'output', 'controller'],
  '/strongroom.v1.BlobService/Put': ['input', 'processing'],
  '/strongroom.v1.BlobService/PutMany': ['input', 'processing'],
  '/strongroom.v1.BlobService/Get': ['input', 'processing', 'output', 'controller'],
  '/strongroom.v1.BlobService/GetMany': ['input', 'processing', 'output', 'controller'],

  '/strongroom.v1.KeyHolderAdminService/List': ['operator'],
  '/strongroom.v1.KeyHolderAdminService/Show': ['operator'],
  '/strongroom.v1.KeyHolderAdminService/Approve': ['operator'],
  '/strongroom.v1.KeyHolderAdminService/Reject': ['operator'],
  '/strongroom.v1.KeyHolderAdminService/Status': ['operator'],
};

/** Throws NOT_AUTHORISED unless the table lists one of the caller's roles for the method with this path. */
export function authorise(path: string, caller: Caller): void {
  const allowed = Object.hasOwn(AUTHORISATION, path) ? AUTHORISATION[path as Path] : [];
  if (caller.roles.some((role) => allowed.includes(role))) return;
  const roles = caller.roles.join(', ') || 'without a role';
  throw new StrongroomError('NOT_AUTHORISED', `${caller.party} (${roles}) may not call ${path}.`, {
    details: { party: caller.party, method: path },
  });
}
