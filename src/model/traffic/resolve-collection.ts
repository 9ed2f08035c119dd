/** Reads the words of keys whose values have elements. */
import { parseCount, parsePercentage, parseSize } from "../../base/units.ts";
import type { Reading } from "../kinds/contract.ts";
import type { KeyWords } from "./keys-words.gen.ts";
import type { CollectionValues } from "./traffic-settings.ts";

/** Source: valkey 8.0.1 config.c, proto-max-bulk-len; of all elements together, as strings are bounded too. */
const VALUE_BYTES_MAX = 512 * 2 ** 20;
const ELEMENTS_DEFAULT = "10";
const ELEMENT_SIZE_DEFAULT = "20B";

/** Null for strings. */
export function resolveCollection(words: KeyWords, reading: Reading): CollectionValues | null {
  const { type = "string", bigKeys } = words;
  const problem = (path: readonly string[], found: unknown, expected: string): void =>
    reading.problem({
      path: ["keys", ...path],
      found: `is ${JSON.stringify(found)}`,
      expected,
    });
  if (type === "string") {
    for (const word of ["elements", "elementSize", "bigKeys"] as const)
      if (words[word] !== undefined)
        problem([word], words[word], "type: hash, list, set or sorted-set beside it");
    return null;
  }
  if (words.valueSize !== undefined)
    problem(["valueSize"], words.valueSize, `elements and elementSize: the type is ${type}`);
  const elementBytes = parseSize(words.elementSize ?? ELEMENT_SIZE_DEFAULT) ?? 0;
  if (elementBytes < 1) problem(["elementSize"], words.elementSize, "a size of at least 1B");
  const read = (text: string | number, path: readonly string[]): number => {
    const elements = parseCount(String(text)) ?? 0;
    const bytes = elements * elementBytes * (type === "hash" ? 2 : 1);
    if (elements >= 1 && bytes <= VALUE_BYTES_MAX) return elements;
    problem(path, text, "a whole number from 1, and at most 512MiB of elements");
    return 1;
  };
  const elements = read(words.elements ?? ELEMENTS_DEFAULT, ["elements"]);
  if (bigKeys === undefined) return { type, elementBytes, elements, big: null };
  const share = parsePercentage(bigKeys.share) ?? 0;
  if (share <= 0 || share > 0.5)
    problem(["bigKeys", "share"], bigKeys.share, "more than 0% and at most 50%");
  const big = read(bigKeys.elements, ["bigKeys", "elements"]);
  const every = share > 0 ? Math.max(2, Math.round(1 / share)) : 2;
  return { type, elementBytes, elements, big: { every, elements: big } };
}
