/** Reads the words of keys. */
import { parseCount, parsePercentage } from "../../base/units.ts";
import { meanOf } from "../../kernel/distribution-mean.ts";
import type { Reading } from "../kinds/contract.ts";
import type { KeyWords } from "./keys-words.gen.ts";
import { positive, readQuantity } from "./quantities.ts";
import { resolveCollection } from "./resolve-collection.ts";
import type { TrafficSettings } from "./traffic-settings.ts";

const KEYS_MAX = 20_000_000;
/** Source: valkey 8.0.1 config.c, proto-max-bulk-len. */
const VALUE_BYTES_MAX = 512 * 2 ** 20;

/** @param shards - of the cache; undefined when that could not be read */
export function resolveKeys(
  words: KeyWords,
  shards: number | undefined,
  reading: Reading,
): TrafficSettings["keys"] {
  const count = parseCount(String(words.count)) ?? 0;
  if (count < 1 || count > KEYS_MAX) {
    reading.problem({
      path: ["keys", "count"],
      found: `is "${words.count}"`,
      expected: "a whole number from 1 to 20M",
    });
  }
  const first = words.first === undefined ? 0 : (parseCount(String(words.first)) ?? 0);
  if (count <= KEYS_MAX && first + count > KEYS_MAX)
    reading.problem({
      path: ["keys", "first"],
      found: `is "${words.first}", so that the last key has number ${first + count - 1}`,
      expected: "numbers below 20M",
    });
  const valueSize = readQuantity(words.valueSize ?? "100B", ["keys", "valueSize"], "size", reading);
  if (meanOf(valueSize) > VALUE_BYTES_MAX)
    reading.problem({
      path: ["keys", "valueSize"],
      found: `is ${JSON.stringify(words.valueSize)}`,
      expected: "at most 512MiB, the engine's limit",
    });
  const { ttl, ttlJitter: jitterText } = words;
  const ttlJitter = jitterText === undefined ? 0 : (parsePercentage(jitterText) ?? 0);
  const jitterFound = `is "${jitterText}"`;
  const jitterPath = ["keys", "ttlJitter"];
  if (ttlJitter >= 1)
    reading.problem({ path: jitterPath, found: jitterFound, expected: "less than 100%" });
  if (ttlJitter > 0 && ttl === undefined)
    reading.problem({ path: jitterPath, found: jitterFound, expected: "ttl: beside it" });
  return {
    count: Math.min(Math.max(1, count), KEYS_MAX),
    first,
    popularity: resolvePopularity(words.popularity, shards, reading),
    valueSize,
    perGet: readPerGet(words, first, count, reading),
    collection: resolveCollection(words, reading),
    ttlNs: ttl === undefined ? null : positive(ttl, ["keys", "ttl"], reading),
    ttlJitter,
  };
}

function readPerGet(words: KeyWords, first: number, count: number, reading: Reading): number {
  const { perGet = 1 } = words;
  if (first % perGet === 0 && count % perGet === 0) return perGet;
  const found = `is ${perGet}, with first ${first} and count ${count}`;
  reading.problem({ path: ["keys", "perGet"], found, expected: "a divisor of both" });
  return 1;
}

function resolvePopularity(
  words: KeyWords["popularity"],
  shards: number | undefined,
  reading: Reading,
): TrafficSettings["keys"]["popularity"] {
  if (words === undefined || words === "uniform") return { kind: "uniform" };
  if ("zipf" in words) return { kind: "zipf", exponent: words.zipf };
  const { hotSet } = words;
  const problem = (word: keyof typeof hotSet, expected: string): void => {
    const path = ["keys", "popularity", "hotSet", word];
    reading.problem({ path, found: `is ${JSON.stringify(hotSet[word])}`, expected });
  };
  const share = parsePercentage(hotSet.share) ?? 0;
  const of = parsePercentage(hotSet.of) ?? 0;
  if (share <= 0 || share > 1) problem("share", "more than 0% and at most 100%");
  if (of <= 0 || of >= 1) problem("of", "more than 0% and less than 100%");
  const { shiftEvery, shard = null } = hotSet;
  if (shard !== null && shards !== undefined && shard > shards)
    problem("shard", `a shard of the cache: 1${shards === 1 ? "" : ` to ${shards}`}`);
  // Slots spread keys evenly, about: a shard has its part of them.
  else if (shard !== null && shards !== undefined && of > 1 / shards)
    problem("of", `at most ${Math.floor(100 / shards)}%, for a shard has no more of the keys`);
  return {
    kind: "hot-set",
    share,
    of,
    shiftEveryNs:
      shiftEvery === undefined
        ? null
        : positive(shiftEvery, ["keys", "popularity", "hotSet", "shiftEvery"], reading),
    shard,
  };
}
