/** Keys with elements: which caches hold them, and keys that two sources share. */
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { ScenarioError } from "../../src/base/scenario-error.ts";
import { cachesWithCollections } from "../../src/scenario/collections.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import type { ScenarioWords } from "../../src/scenario/schema.gen.ts";
import { smallWith } from "./words.ts";

const wordsOf = (of: unknown): ScenarioWords => of as ScenarioWords;

describe("cachesWithCollections()", () => {
  it("names the caches whose keys are no strings", () => {
    const traffic = {
      plain: { cache: "a" },
      strings: { cache: "b", keys: { type: "string" } },
      hashes: { cache: "c", keys: { type: "hash" } },
    };
    expect([...cachesWithCollections(wordsOf({ traffic }))]).toEqual(["c"]);
    expect([...cachesWithCollections(wordsOf({ traffic: {} }))]).toEqual([]);
  });

  it("names all members of a Global Datastore", () => {
    const words = {
      globalDatastores: { both: { primary: "us", secondaries: ["eu", "ap"] } },
      traffic: { hashes: { cache: "both", keys: { type: "hash" } } },
    };
    expect([...cachesWithCollections(wordsOf(words))]).toEqual(["us", "eu", "ap"]);
  });
});

/** What is wrong with two sources whose keys are these. */
function problemsOf(one: object, two: object, cacheOfTwo = "cart"): readonly unknown[] {
  const words = smallWith(["method"], []);
  const caches = words["caches"] as Record<string, unknown>;
  caches["other"] = structuredClone(caches["cart"]);
  const base = { from: { region: "us-east-1" }, arrivals: { rate: "10/s" } };
  words["traffic"] = {
    shop: { ...base, cache: "cart", keys: { count: 10, ...one } },
    more: { ...base, cache: cacheOfTwo, keys: { count: 10, ...two } },
  };
  try {
    loadScenario(stringify(words), { file: "s.yaml" });
  } catch (error) {
    if (error instanceof ScenarioError)
      return error.problems.map(({ path, found, expected }) => ({ path, found, expected }));
    throw error;
  }
  return [];
}

const hash = { type: "hash", elements: 5, elementSize: "10B" };

describe("keys that two sources share", () => {
  it.each([
    ["both strings", {}, {}],
    ["both the same hashes", hash, hash],
    ["hashes of other lengths", hash, { ...hash, elements: 7 }],
    ["the second behind the first", hash, { first: 10 }],
    ["the second before the first", { ...hash, first: 10 }, {}],
  ])("may be %s", (_, one, two) => {
    expect(problemsOf(one, two)).toEqual([]);
  });

  it.each([
    ["of two types", hash, { ...hash, type: "list" }],
    ["a hash and a string", hash, {}],
    ["a string and a hash", {}, hash],
    ["of two sizes of elements", hash, { ...hash, elementSize: "11B" }],
    ["with one number in common at the end", hash, { first: 9 }],
    ["with one number in common at the start", { ...hash, first: 9 }, {}],
  ])("may not be %s", (_, one, two) => {
    expect(problemsOf(one, two)).toEqual([
      {
        path: "traffic.more.keys",
        found: "have numbers in common with those of shop, whose type or elementSize is another",
        expected: "first: so that each key is of one type",
      },
    ]);
  });

  it("may be of any type in two caches", () => {
    expect(problemsOf(hash, {}, "other")).toEqual([]);
  });
});
