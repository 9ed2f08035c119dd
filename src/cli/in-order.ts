/**
 * Starts what `items` ask for, at most `width` at a time, and yields the answers in the order of the items. Whoever stops
 * reading leaves those behind that have been started; their failures are nobody's.
 *
 * @throws what the first failing one threw, when its turn comes
 */
export async function* inOrder<Item, Answer>(
  items: Iterable<Item>,
  width: number,
  start: (item: Item) => Promise<Answer>,
): AsyncGenerator<Answer, void> {
  const underWay: Promise<() => Answer>[] = [];
  const left = items[Symbol.iterator]();
  for (;;) {
    while (underWay.length < width) {
      const next = left.next();
      if (next.done === true) break;
      underWay.push(settled(start(next.value)));
    }
    const first = underWay.shift();
    if (first === undefined) return;
    yield (await first)();
  }
}

/** Never rejects: what went wrong is thrown by the one who looks. */
const settled = <Answer>(promise: Promise<Answer>): Promise<() => Answer> =>
  promise.then(
    (answer) => () => answer,
    (error: unknown) => () => {
      throw error;
    },
  );
