import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findScenario, packagedScenarios } from "../../src/cli/find-scenario.ts";

const folder = mkdtempSync(path.join(tmpdir(), "cachequake-find-"));
beforeAll(() => {
  mkdirSync(path.join(folder, "scenarios", "own"), { recursive: true });
  for (const name of ["here.yaml", "scenarios/own/inner.yml", "scenarios/own/here.yaml", "bare"]) {
    writeFileSync(path.join(folder, name), "");
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("findScenario()", () => {
  test.each([
    ["here.yaml", "here.yaml"],
    ["bare", "bare"],
    ["here", "here.yaml"],
    ["inner", path.join("scenarios", "own", "inner.yml")],
    ["nowhere", "nowhere"],
    ["../here", "../here"],
  ])("%s is %s", (word, file) => {
    expect(findScenario(word, folder)).toBe(file);
  });

  test("knows the scenarios of the package by name, from any folder", () => {
    expect(packagedScenarios()).toContain("az-power-loss");
    expect(findScenario("az-power-loss", folder)).toMatch(/scenarios.fast.az-power-loss\.yaml$/);
  });
});
