import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import * as api from "../src/index.ts";
import { root } from "./architecture/project.ts";

/** What users build on. A name that goes is a breaking change; a new one is a promise. */
test("the package exports exactly these values", () => {
  expect(Object.keys(api).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
    "BudgetError",
    "InvariantError",
    "MILLISECOND",
    "MINUTE",
    "SECOND",
    "ScenarioError",
    "VERSION",
    "describeProblem",
    "loadScenario",
    "open",
    "renderAll",
    "renderJUnit",
    "renderSummary",
    "resultJson",
    "run",
    "schedules",
    "simulate",
    "topologies",
  ]);
});

test("VERSION is that of package.json", () => {
  const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    version: string;
  };
  expect(api.VERSION).toBe(manifest.version);
});
