import { expect, test } from "vitest";
import { nearestWord } from "../../src/base/nearest-word.ts";

const words = ["run", "validate", "replay", "list"];

test.each([
  ["rnu", "run"],
  ["rn", "run"],
  ["Run", "run"],
  ["vaildate", "validate"],
  ["replya", "replay"],
  ["lists", "list"],
  ["demolish", undefined],
  ["", undefined],
])('nearestWord("%s") is %s', (word, nearest) => {
  expect(nearestWord(word, words)).toBe(nearest);
});

test("nearestWord() takes the first of equally near words", () => {
  expect(nearestWord("cat", ["bat", "rat"])).toBe("bat");
});
