/** Words that JavaScript knows: as keys they change nothing beyond their own map, as names they are names. */
import { describe, expect, it } from "vitest";
import { ScenarioError } from "../../dist/base/scenario-error.js";
import { renderAll } from "../../dist/report/render-all.js";
import { run } from "../../dist/run/simulation.js";
import { loadScenario } from "../../dist/scenario/load.js";
import { BASES } from "../mutants/bases.ts";

const good = BASES[0] as string;
const hostile = "{ polluted: true, toString: 1, constructor: { prototype: { polluted: true } } }";
const loaded = (text: string, sets: readonly string[] = []): string => {
  try {
    loadScenario(text, { sets });
    return "loaded";
  } catch (error) {
    if (error instanceof ScenarioError) return error.message;
    throw error;
  }
};
const isClean = (): boolean =>
  Object.keys(Object.prototype).length === 0 &&
  [{}, [], () => undefined].every((of) => !("polluted" in of));

describe("keys that JavaScript knows", () => {
  it.each([
    ["at the top", "", `__proto__: ${hostile}\n`],
    ["by a merge", "", `<<: { __proto__: ${hostile} }\n`],
    ["by an alias", "", `x: &x ${hostile}\n__proto__: *x\n`],
    ["quoted", "", `"__proto__": ${hostile}\n`],
    ["as a name", "caches:\n", `caches:\n  __proto__: ${hostile}\n`],
    ["among parameters", "parameters: {", `parameters: { __proto__: ${hostile}, `],
    ["among assumptions", "assume: {", `assume: { constructor: ${hostile}, `],
    [
      "in a list",
      "method:\n",
      `method:\n  - { __proto__: ${hostile}, at: 1s, fault: node-crash }\n`,
    ],
  ])("%s are refused and go nowhere", (_, from, to) => {
    expect(good).toContain(from);
    const text = from === "" ? `${good}${to}` : good.replace(from, to);
    expect(loaded(text)).toMatch(/__proto__|constructor/);
    expect(isClean()).toBe(true);
  });

  it.each([
    "__proto__.polluted=1",
    "caches.constructor.prototype.polluted=1",
    "a.__proto__={x: 1}",
  ])("--set %s is refused", (set) => {
    expect(loaded(good, [set])).toMatch(/no readable path/);
    expect(isClean()).toBe(true);
  });
});

it.each(["cart", "shop", "db"])("constructor, for %s, is a name like any other", async (name) => {
  const source = good.replace(new RegExp(`\\b${name}\\b`, "g"), "constructor");
  const result = run(loadScenario(source), { source, sets: [], allowPlanted: false });
  const named = (of: string): string => (of === name ? "constructor" : of);
  expect(Object.keys(result.caches)).toEqual([named("cart")]);
  expect(Object.keys(result.traffic)).toEqual([named("shop")]);
  expect(Object.keys(result.origins)).toEqual([named("db")]);
  expect(result.traffic[named("shop")]?.requests).toBeGreaterThan(100);
  expect(result.invariants.every(({ verdict }) => verdict === "pass")).toBe(true);
  for (const { name: file, contents } of await renderAll(result))
    expect(contents, file).not.toMatch(/undefined|\[object |native code/);
  expect(isClean()).toBe(true);
});
