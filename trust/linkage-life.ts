/** What the log says about the linkage of a task: keys, requests, answers, pseudonyms, the match. */
import { StrongroomError } from '../proto/errors.ts';
import { parsePoints, type Point } from '../schemes/linkage/p256.ts';
import { POINT_BYTES, PSEUDONYM_BYTES } from '../schemes/linkage/sizes.ts';
import { selectionKey, type MatchSizes, type UnitSelection } from '../statistics/match.ts';
import { selectionsOf } from '../statistics/selections.ts';
import type { TaskDocument } from '../statistics/task.ts';
import { unhex } from './digest.ts';
import type { AnySigned, Signed } from './documents.ts';

export class LinkageLife {
  /** By holder. */
  readonly keys = new Map<string, Signed<'linkage-key'>>();
  /** By input party. */
  readonly requests = new Map<string, Signed<'linkage-request'>>();
  /** By input party, then by holder. */
  readonly answers = new Map<string, Map<string, Signed<'linkage-answer'>>>();
  /** By input party. */
  readonly lists = new Map<string, Signed<'pseudonyms'>>();
  match: Signed<'match'> | undefined;
  /** What the match has to count. */
  readonly selections: readonly UnitSelection[];

  constructor(task: TaskDocument) {
    this.selections = selectionsOf(task);
  }

  /** The party whose request this is. */
  requesterOf(request: string): string | undefined {
    return [...this.requests].find(([, { digest }]) => digest === request)?.[0];
  }

  answersTo(party: string): ReadonlyMap<string, Signed<'linkage-answer'>> {
    return this.answers.get(party) ?? new Map<string, never>();
  }

  /** The number of records that a party has asked for. */
  recordsOf(party: string): number {
    return (this.requests.get(party)?.payload.points.size ?? 0) / POINT_BYTES;
  }

  /** How many units the tables have; undefined before the match. */
  get sizes(): MatchSizes | undefined {
    if (this.match === undefined) return undefined;
    const { records, union, counts = [] } = this.match.payload;
    const each = [...this.lists].map(([party, { payload }]) => [party, payload.list.size / PSEUDONYM_BYTES]);
    const selected = new Map(this.selections.map((one, i) => [selectionKey(one), counts[i] ?? 0]));
    return { each: Object.fromEntries(each) as Record<string, number>, all: records, any: union, selected };
  }

  /** Takes in a document that `admitLinkage` has let pass. */
  apply(document: AnySigned): void {
    const { kind, payload } = document;
    switch (kind) {
      case 'linkage-key':
        this.keys.set(payload.by, document);
        return;
      case 'linkage-request':
        this.requests.set(payload.by, document);
        return;
      case 'linkage-answer': {
        const party = this.requesterOf(payload.request) ?? '';
        const answers = this.answers.get(party) ?? new Map<string, Signed<'linkage-answer'>>();
        this.answers.set(party, answers.set(payload.by, document));
        return;
      }
      case 'pseudonyms':
        this.lists.set(payload.by, document);
        return;
      case 'match':
        this.match = document;
        return;
      default:
        return;
    }
  }
}

/** The point of a linkage key. Throws LINKAGE_INVALID, naming the holder, where it is none. */
export function linkagePoint({ payload: { by, point } }: Signed<'linkage-key'>): Point {
  try {
    const [parsed] = parsePoints('the linkage key', unhex(point));
    if (parsed !== undefined) return parsed;
  } catch {
    // Told below, with the name.
  }
  throw new StrongroomError('LINKAGE_INVALID', `The linkage key of ${by} is no point of P-256`, {
    details: { party: by },
  });
}
