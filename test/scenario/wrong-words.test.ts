/**
 * What is said of wrong words, one after the other, to be read and judged: `test/golden/wrong-words.txt`, written anew by
 * UPDATE_GOLDEN=1. What words mean together is looked at once each of them is right.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { stringify } from "yaml";
import { ScenarioError } from "../../src/base/scenario-error.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { show, validateWords } from "../../src/scenario/validate.ts";
import { cases, wrong } from "./wrong-words.ts";

const GOLDEN = "test/golden/wrong-words.txt";
/** Lists of words grow; what leads to them does not. */
const LENGTH_MAX = 130;

const cut = (text: string): string =>
  text.length > LENGTH_MAX ? `${text.slice(0, LENGTH_MAX)}...` : text;

/** What is said of right words that do not go together, or that the scenario can run. */
function meant(given: (typeof cases)[number]): string[] {
  try {
    const { caches, warmUpNs } = loadScenario(stringify(wrong(given)));
    const nodes = caches.flatMap(({ shards }) => shards.flatMap((shard) => shard.nodes));
    return [
      `  can run: ${nodes.length} nodes${warmUpNs > 0 ? `, ${warmUpNs / 1e9} s of warm-up` : ""}`,
    ];
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.problems.map(
      ({ path, found, expected, line }) =>
        `  ${path} (line ${line}) ${cut(found)}, expected ${cut(expected)}`,
    );
  }
}

function said(given: (typeof cases)[number]): string {
  const findings = validateWords(wrong(given));
  const lines = findings.slice(0, 6).map(({ path, at, found, expected }) => {
    const place = `${path.join(".")}${at === "key" ? ", the word itself," : ""}`;
    return `  ${place} ${cut(found)}, expected ${cut(expected)}`;
  });
  if (findings.length === 0) lines.push(...meant(given));
  const more = findings.length > 6 ? [`  and ${findings.length - 6} more`] : [];
  const [path, value] = given;
  const title = `${path}: ${value === undefined ? "(lacking)" : cut(JSON.stringify(value))}`;
  return [title, ...lines, ...more].join("\n");
}

it("each mistake is told at its place, once, with what is there and what is expected", () => {
  const text = `${cases.map(said).join("\n")}\n`;
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(GOLDEN, text);
  expect(text).toBe(readFileSync(GOLDEN, "utf8"));
});

it("show() is one short line of printable text", () => {
  expect([null, undefined, [], [1], {}, 1.5, true, "", "a\u001b[31m\u202eb\n"].map(show)).toEqual([
    "empty",
    "empty",
    "an empty list",
    "a list",
    "a map",
    "1.5",
    "true",
    '""',
    '"a?[31m?b?"',
  ]);
  expect(show("x".repeat(60))).toBe(`"${"x".repeat(60)}"`);
  expect(show("x".repeat(61))).toBe(`"${"x".repeat(57)}..."`);
});
