/**
 * A lying input party and a lying output party: the client of the real one, except for one thing that it signs in a
 * task whose title names an attack.
 */
import { Session } from '../../../clients/session.ts';
import type { Content, Kind, Payload } from '../../../trust/documents.ts';
import type { TaskLife } from '../../../trust/life.ts';
import { attackOf } from './attacks.ts';

const DIGEST = 'ab'.repeat(32);

export class HostileClient extends Session {
  override sign<K extends Kind>(task: TaskLife, kind: K, content: Content<K>): Uint8Array {
    return super.sign(task, kind, { ...content, ...lieOf(task, kind, content) });
  }
}

/** What it puts in the place of the truth; nothing where it is honest. */
function lieOf(task: TaskLife, kind: Kind, content: object): object {
  const attack = attackOf(task.document.title);
  if (kind === 'manifest' && attack === "replays another's upload") {
    const [victim] = task.manifests.values();
    if (victim === undefined) throw new Error('nobody has submitted yet');
    return { ciphertexts: victim.payload.ciphertexts };
  }
  if (kind === 'manifest' && attack === 'encrypts under another key') return { key: DIGEST };
  if (kind !== 'delivery') return {};
  const { releases = [] } = content as Partial<Payload<'delivery'>>;
  if (attack === 'acknowledges before all have released') return { releases: releases.slice(1) };
  if (attack === 'names one release for all') return { releases: releases.map(() => releases[0]) };
  if (attack === 'acknowledges another result') return { result: DIGEST };
  return {};
}
