/** What a laboratory says of trials that cannot stand. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Laboratory } from "../../src/explore/laboratory.ts";

const file = "scenarios/explore/planted.yaml";
const laboratory = new Laboratory({
  source: readFileSync(file, "utf8"),
  file,
  sets: [],
  planted: null,
});

test("a fault that hits nothing when its time comes leaves the trial without a verdict", () => {
  const crash = { fault: "node-crash", target: "primary of cart/shard 1" };
  const lastCopies = Array.from({ length: 3 }, (_, at) => ({
    at: "8s",
    fault: "node-crash",
    target: `node cart-0001-00${at + 1}`,
    allowEmpty: true,
  }));
  const trial = { seed: "1", sets: [], rekey: null, detail: false };
  const empty = laboratory.run({ ...trial, faults: [...lastCopies, { at: "9s", ...crash }] });
  expect(empty.problem).toContain("hits nothing at 9 s, expected at least one living target");
  expect(empty.breaches).toEqual([]);
  const allowed = { at: "9s", ...crash, allowEmpty: true };
  expect(laboratory.run({ ...trial, faults: [...lastCopies, allowed] }).problem).toBeNull();
});
