/** No word is so long that reading it takes long: each place of a scenario with texts on which a bad pattern runs on. */
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ScenarioError } from "../../src/base/scenario-error.ts";
import { parseDuration, parsePercentage, parseRate, parseSize } from "../../src/base/units.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { validateWords } from "../../src/scenario/validate.ts";
import { BASES } from "./bases.ts";

const LENGTH = 300_000;
const fill = (part: string): string => part.repeat(LENGTH / part.length);
const TEXTS = [
  "a",
  "1",
  "1.",
  "1h",
  " ",
  "-",
  "a.",
  "ms",
  "..",
  "/",
  "%",
  "a of ",
  "any 1 nodes of ",
  "_",
].map(fill);

type Place = readonly (string | number)[];
const leavesOf = (value: unknown, place: Place = []): Place[] => {
  if (typeof value !== "object" || value === null) return [place];
  return (Array.isArray(value) ? [...value.entries()] : Object.entries(value)).flatMap(
    ([key, of]) => leavesOf(of, [...place, key]),
  );
};

describe("words of 300,000 characters are answered at once", () => {
  test.each(TEXTS.map((text) => [text.slice(0, 12), text] as const))(
    "as values: %s...",
    { timeout: 30_000 },
    (_, text) => {
      for (const base of BASES) {
        for (const place of leavesOf(parse(base, { merge: true }))) {
          const data: unknown = parse(base, { merge: true });
          const holder = place
            .slice(0, -1)
            .reduce((of, key) => Reflect.get(of as object, key), data);
          Reflect.set(holder as object, place.at(-1) as string, text);
          validateWords(data); // Most places refuse it; a name of another thing may be any text.
        }
      }
    },
  );

  test.each(TEXTS.map((text) => [text.slice(0, 12), text] as const))(
    "as quantities, targets, seeds and keys: %s...",
    { timeout: 30_000 },
    (_, text) => {
      for (const read of [parseDuration, parsePercentage, parseRate, parseSize])
        expect(read(`1${text}`)).toBeUndefined();
      const quoted = JSON.stringify(text);
      for (const [from, to] of [
        ["target: primary of cart", `target: ${quoted}`],
        ["isolate: replica of cart/shard 1", `isolate: ${quoted}`],
        ["seed: 7", `seed: ${quoted}`],
        ["  cart:\n", `  ${quoted.slice(0, 900)}:\n`],
        ["cache: cart", `cache: ${quoted}`],
      ] as const) {
        expect(BASES[1]).toContain(from);
        expect(() => loadScenario((BASES[1] as string).replace(from, to))).toThrow(ScenarioError);
      }
      const options = { seed: text, sets: [`duration=${text}`, `${text}=1`] };
      expect(() => loadScenario(BASES[1] as string, options)).toThrow(ScenarioError);
    },
  );
});
