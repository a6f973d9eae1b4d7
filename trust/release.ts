/** What goes into the sealed box of a release, and what binds the box to its task, evaluation and sender. */
import { utf8 } from '../schemes/primitives/bytes.ts';
import { StrongroomError } from '../proto/errors.ts';

/** A count, then each share behind its length, all as 32-bit little-endian numbers. */
export function packShares(shares: readonly Uint8Array[]): Uint8Array {
  const packed = new Uint8Array(4 + shares.reduce((total, share) => total + 4 + share.length, 0));
  const view = new DataView(packed.buffer);
  view.setUint32(0, shares.length, true);
  let offset = 4;
  for (const share of shares) {
    view.setUint32(offset, share.length, true);
    packed.set(share, offset + 4);
    offset += 4 + share.length;
  }
  return packed;
}

/** The inverse of `packShares`. Throws SHARE_INVALID unless there are as many shares as it says and nothing else. */
export function unpackShares(packed: Uint8Array, party: string): Uint8Array[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const shares: Uint8Array[] = [];
  let offset = 4;
  if (packed.length < 4) throw malformed(party);
  const count = view.getUint32(0, true);
  for (let index = 0; index < count; index++) {
    if (offset + 4 > packed.length) throw malformed(party);
    const length = view.getUint32(offset, true);
    if (offset + 4 + length > packed.length) throw malformed(party);
    shares.push(packed.slice(offset + 4, offset + 4 + length));
    offset += 4 + length;
  }
  if (offset !== packed.length) throw malformed(party);
  return shares;
}

function malformed(party: string): StrongroomError {
  return new StrongroomError('SHARE_INVALID', `The release of ${party} does not hold the declared shares`, {
    details: { party },
  });
}

/** HPKE's info and associated data: a box opens only as this holder's release for this evaluation of this task. */
export function shareBinding(
  task: string,
  evaluation: string,
  holder: string,
): { info: Uint8Array; aad: Uint8Array } {
  return {
    info: utf8(`strongroom/release/v1\n${task}\n`),
    aad: utf8(`${evaluation}\n${holder}\n`),
  };
}
