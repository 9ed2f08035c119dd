/** `--set`: where a path leads, and what it may not do. */
import { describe, expect, it } from "vitest";
import { applySet } from "../../src/scenario/set-path.ts";

const data = () => ({
  seed: 1,
  caches: { cart: { nodes: 3, zones: ["a", "b"] } },
  method: [{ at: "1m" }, { at: "2m", targets: [["x"]] }],
  empty: null,
  long: Array.from({ length: 12 }, (_, i) => i),
});
const changeOf = (set: string) => {
  const changed = data();
  return { answer: applySet(changed, set), changed };
};

describe("applySet()", () => {
  it.each<[string, readonly (string | number)[], (wanted: ReturnType<typeof data>) => unknown]>([
    ["seed=42", ["seed"], (wanted) => Object.assign(wanted, { seed: 42 })],
    ["seed='42'", ["seed"], (wanted) => Object.assign(wanted, { seed: "42" })],
    ["x=a=b", ["x"], (wanted) => Object.assign(wanted, { x: "a=b" })],
    ["x=", ["x"], (wanted) => Object.assign(wanted, { x: null })],
    [" seed =1", ["seed"], () => undefined],
    [
      "caches.cart.nodes=[1, {a: b}]",
      ["caches", "cart", "nodes"],
      ({ caches }) => Object.assign(caches.cart, { nodes: [1, { a: "b" }] }),
    ],
    [
      "caches.new-one.node_s=3",
      ["caches", "new-one", "node_s"],
      ({ caches }) => Object.assign(caches, { "new-one": { node_s: 3 } }),
    ],
    [
      "method[1].at=3m",
      ["method", 1, "at"],
      ({ method }) => Object.assign(method[1] as object, { at: "3m" }),
    ],
    [
      "origins.db.concurrency=7",
      ["origins", "db", "concurrency"],
      (wanted) => Object.assign(wanted, { origins: { db: { concurrency: 7 } } }),
    ],
    ["long[11]=x", ["long", 11], ({ long }) => Object.assign(long, { 11: "x" })],
    ["method[2]={ at: 4m }", ["method", 2], ({ method }) => method.push({ at: "4m" })],
    ["method[0]=x", ["method", 0], ({ method }) => Object.assign(method, { 0: "x" })],
    [
      "method[1].targets[0][0]=y",
      ["method", 1, "targets", 0, 0],
      ({ method }) => Object.assign(method[1] as object, { targets: [["y"]] }),
    ],
  ])("%s", (set, path, change) => {
    const wanted = data();
    change(wanted);
    expect(changeOf(set)).toEqual({ answer: { path }, changed: wanted });
  });

  it.each([
    ["nonsense", 'has no "="'],
    ["=5", 'has no "="'],
    ["", 'has no "="'],
    ["__proto__.x=1", "has no readable path"],
    ["a.constructor.x=1", "has no readable path"],
    ["a.prototype=1", "has no readable path"],
    ["a..b=1", "has no readable path"],
    ["a b=1", "has no readable path"],
    ["[0]=1", "has no readable path"],
    ["a[1234567]=1", "has no readable path"],
    ["a[x]=1", "has no readable path"],
    ["x=[1", "has no readable value"],
  ])("refuses %j", (set, why) => {
    const { answer, changed } = changeOf(set);
    expect(answer).toMatchObject({ found: `--set "${set}" ${why}` });
    expect(answer).toHaveProperty("expected");
    expect(changed).toEqual(data());
  });

  it.each([
    ["seed.x=1", "seed"],
    ["method[9].at=1", "method.9"],
    ["caches.cart.zones[0].x=1", "caches.cart.zones.0"],
    ["new[0]=1", "new"],
    ["caches.new[0]=1", "caches.new"],
    ["method.0.at=1", "method.0"],
    ["empty.x=1", "empty"],
    ["method.length.x=1", "method.length"],
  ])("%s leads nowhere", (set, where) => {
    const { answer } = changeOf(set);
    expect(answer).toEqual({
      found: `--set "${set}" leads nowhere: ${where} holds nothing to set in`,
      expected: "a path of the scenario",
    });
  });

  it("does not take what every object has for a word of the scenario", () => {
    const { answer, changed } = changeOf("caches.toString.x=1");
    expect(answer).toEqual({ path: ["caches", "toString", "x"] });
    expect(Object.hasOwn(changed.caches, "toString")).toBe(true);
  });

  it("says nothing of a value by itself", () => {
    const { emitWarning } = process;
    const said: unknown[] = [];
    process.emitWarning = (warning: unknown) => said.push(warning);
    try {
      applySet(data(), "seed=!strange 5");
    } finally {
      process.emitWarning = emitWarning;
    }
    expect(said).toEqual([]);
  });

  it("takes an index up to the end of a list, and nothing else", () => {
    for (const set of ["method[3]=1", "method.at=1", "caches.cart.zones.length=0"]) {
      const { answer, changed } = changeOf(set);
      expect(answer).toEqual({
        found: `--set "${set}" names an entry that is not there`,
        expected: "an index from 0 to 2",
      });
      expect(changed).toEqual(data());
    }
  });
});
