/** Where two results differ, in words. */
export interface ResultDifference {
  /** `timeline[12].at`. */
  readonly path: string;
  readonly recorded: string;
  readonly replayed: string;
}

/** The first simulated second after which the run digests differ, from 0; null if none does. */
export function firstDifferentSecond(
  recorded: { readonly checkpoints: readonly string[] },
  replayed: { readonly checkpoints: readonly string[] },
): number | null {
  const count = Math.max(recorded.checkpoints.length, replayed.checkpoints.length);
  for (let second = 0; second < count; second++) {
    if (recorded.checkpoints[second] !== replayed.checkpoints[second]) return second;
  }
  return null;
}

/** Compared last: they differ wherever anything else does, and say nothing to people. */
const LAST = ["series", "digest", "behaviourDigest", "checkpoints"];
/** Not what happened, but by which tool it was written, and what other runs said. */
const IGNORED = ["tool", "replications", "sensitivity", "tornadoes"];

/**
 * The first difference in what the recorded result says, the timeline before all else; null if there is none. What only
 * the replayed one says is an addition of a later version, and no difference.
 */
export function findDifference(recorded: object, replayed: object): ResultDifference | null {
  const rank = (name: string): number => (name === "timeline" ? -1 : LAST.indexOf(name) + 1);
  const names = Object.keys(recorded).filter((name) => !IGNORED.includes(name));
  for (const name of names.toSorted((a, b) => rank(a) - rank(b))) {
    const found = compare(name, valueAt(recorded, name), valueAt(replayed, name));
    if (found !== null) return found;
  }
  return null;
}

const valueAt = (value: object, name: string): unknown => (value as Record<string, unknown>)[name];

function compare(path: string, recorded: unknown, replayed: unknown): ResultDifference | null {
  if (!isComposite(recorded) || !isComposite(replayed)) {
    if (recorded === replayed) return null;
    return { path, recorded: words(recorded), replayed: words(replayed) };
  }
  const isList = Array.isArray(recorded);
  const names = isList ? longer(recorded, replayed) : Object.keys(recorded);
  for (const name of names) {
    const inner = isList ? `${path}[${name}]` : `${path}.${name}`;
    const found = compare(inner, valueAt(recorded, name), valueAt(replayed, name));
    if (found !== null)
      return isEntry(path, found, inner) ? whole(inner, recorded, replayed, name) : found;
  }
  return null;
}

/** An entry of the timeline is shown whole: its time alone says little. */
const isEntry = (path: string, found: ResultDifference, inner: string): boolean =>
  path === "timeline" && found.path.startsWith(inner);

function whole(path: string, recorded: object, replayed: object, name: string): ResultDifference {
  return {
    path,
    recorded: words(valueAt(recorded, name)),
    replayed: words(valueAt(replayed, name)),
  };
}

const isComposite = (value: unknown): value is object =>
  typeof value === "object" && value !== null;

const longer = (a: object, b: object): string[] => {
  const keys = [Object.keys(a), Object.keys(b)] as const;
  return keys[0].length >= keys[1].length ? keys[0] : keys[1];
};

const WORDS_MAX = 200;

function words(value: unknown): string {
  if (value === undefined) return "(nothing)";
  const text = JSON.stringify(value);
  return text.length > WORDS_MAX ? `${text.slice(0, WORDS_MAX)}...` : text;
}
