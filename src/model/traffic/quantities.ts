/** Quantities among the words of traffic, with what a problem leaves in their place. */
import { quantities } from "../../base/json-schema.ts";
import type { Nanos } from "../../base/nanos.ts";
import { parseDuration, parseSize } from "../../base/units.ts";
import type { Distribution } from "../../kernel/distribution.ts";
import { readDistribution } from "../../kernel/distribution-words.ts";
import type { Reading } from "../kinds/contract.ts";

type Path = readonly (string | number)[];

/** A distribution of durations or sizes; a problem leaves a constant of 1. */
export function readQuantity(
  words: unknown,
  path: Path,
  format: "duration" | "size",
  reading: Reading,
): Distribution {
  const read = readDistribution(
    words,
    format === "duration" ? parseDuration : parseSize,
    quantities[format].expected,
  );
  if (!("problem" in read)) return read;
  reading.problem({ path, found: `is ${JSON.stringify(words)}`, expected: read.problem });
  return { kind: "constant", value: 1 };
}

/** A duration above 0; a problem leaves 1 ns. */
export function positive(text: string, path: Path, reading: Reading): Nanos {
  const ns = parseDuration(text) ?? 0;
  if (ns <= 0) reading.problem({ path, found: `is "${text}"`, expected: "a duration above 0" });
  return Math.max(1, ns);
}
