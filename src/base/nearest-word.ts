/** The word of `known` that is nearest to `word`, if it is near enough to be meant: at most a third of it changed. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  if (word.length > 80) return undefined;
  const limit = Math.max(1, Math.floor(word.length / 3));
  let best: string | undefined;
  let least = limit + 1;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** The known words in a list, and which of them was meant by one that is not among them: `cart, shop; did you mean "cart"?` */
export function listWithNearest(known: readonly string[], word: string): string {
  const near = nearestWord(word, known);
  return `${known.join(", ")}${near === undefined ? "" : `; did you mean "${near}"?`}`;
}

/**
 * Insertions, deletions, replacements and swaps of neighbours that lead from `a` to `b`. O(length of a × length of b).
 *
 * Source: the optimal string alignment distance, after F. J. Damerau, Communications of the ACM 7(3), 1964.
 */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] as number) + 1);
      next.push(least);
    }
    before = row;
    row = next;
  }
  return row[b.length] as number;
}
