import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { shellWord } from "../../src/base/shell-word.ts";

test.each(["plain-1.yaml", "method[0].at=3m", "it's", "a b", "$HOME", "", "`x`", "*", "a\nb", "ü"])(
  "shellWord(%j) arrives as it is",
  (word) => {
    const arrived = execFileSync("sh", ["-c", `printf %s ${shellWord(word)}`], {
      encoding: "utf8",
    });
    expect(arrived).toBe(word);
  },
);

test("shellWord() leaves plain words plain", () => {
  expect(shellWord("scenarios/fast/az-power-loss.yaml")).toBe("scenarios/fast/az-power-loss.yaml");
});
