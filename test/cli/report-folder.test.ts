import path from "node:path";
import { describe, expect, test } from "vitest";
import { reportFolder } from "../../src/cli/report-folder.ts";
import type { ResolvedScenario } from "../../src/scenario/resolved.ts";

const scenario = (words: Partial<ResolvedScenario>): ResolvedScenario =>
  ({ name: "az-power-loss", seed: "42", durationNs: 1, ...words }) as ResolvedScenario;

const folderOf = (now: ResolvedScenario, asWritten: ResolvedScenario | null = now): string =>
  reportFolder("reports", now, asWritten);

describe("reportFolder()", () => {
  test("is scenario and seed, whichever way the seed was given", () => {
    const expected = path.join("reports", "az-power-loss", "007");
    expect(folderOf(scenario({ seed: "007" }))).toBe(expected);
    expect(folderOf(scenario({ seed: "007" }), scenario({ seed: "42" }))).toBe(expected);
  });

  test("has 8 hex digits of what --set made of the scenario, other ones for another outcome", () => {
    const changed = folderOf(scenario({ durationNs: 2 }), scenario({}));
    expect(changed).toMatch(/^reports.az-power-loss.42-[0-9a-f]{8}$/);
    expect(folderOf(scenario({ durationNs: 3 }), scenario({}))).not.toBe(changed);
    expect(folderOf(scenario({ durationNs: 2 }), null)).toBe(changed);
  });

  test.each(["../../etc", "/etc", "..", "a/b", "a\\b", ".hidden", "a\0b", ""])(
    "cannot be led out of its root by the name %j",
    (name) => {
      const folder = path.resolve(folderOf(scenario({ name, seed: name })));
      expect(path.relative(path.resolve("reports"), folder).split(path.sep)).toHaveLength(2);
      expect(folder).toMatch(/^[^\0]*reports.[\w-]+.[\w-]+$/);
    },
  );
});
