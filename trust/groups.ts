/** Runs of consecutive items that travel together: of `mostBytes` and `mostItems` at most, or one larger item alone. */
export function* groupsOf<T>(
  items: Iterable<T>,
  sizeOf: (item: T) => number,
  mostBytes: number,
  mostItems: number,
): Generator<T[], void, undefined> {
  let group: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = sizeOf(item);
    if (group.length === mostItems || (group.length > 0 && bytes + size > mostBytes)) {
      yield group;
      [group, bytes] = [[], 0];
    }
    group.push(item);
    bytes += size;
  }
  if (group.length > 0) yield group;
}
