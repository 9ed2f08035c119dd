/** What campaigns have kept: each file tells its story, belongs to a scenario that is there, and breaks what it says. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { corpusEntry, corpusSchedule } from "../../dist/explore/corpus.js";
import { probe } from "../../dist/run/simulation.js";
import { loadScenario } from "../../dist/scenario/load.js";
import { root } from "../architecture/project.ts";

const folder = path.join(root, "scenarios", "corpus");
const names = readdirSync(folder);

describe("scenarios/corpus", () => {
  it("holds finds, and nothing else", () => {
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(name).toMatch(/^[a-z0-9-]+\.yaml$/);
  });

  it.each(names)("%s breaks what it says, with its story, seed, path and version", (name) => {
    const text = readFileSync(path.join(folder, name), "utf8");
    const entry = corpusEntry(text);
    if (entry === null) throw new Error("has no corpus line");
    expect(text).toMatch(/^# \S+ breaks in \S+ under/);
    expect(text).toMatch(/^# +[\d.]+ s {2}.+injected/m);
    expect(entry.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(entry.path).toMatch(/^\d+(:\d+)*$/);
    const base = readFileSync(
      path.join(root, "scenarios", "explore", `${entry.base}.yaml`),
      "utf8",
    );
    expect(corpusSchedule(text, loadScenario(base).name)?.faults.length).toBeGreaterThan(0);
    const resolved = loadScenario(text, { file: name });
    expect(resolved.seed).toBe(entry.seed);
    const { expectations, invariants } = probe(resolved);
    const failed = [...expectations, ...invariants].filter(({ verdict }) => verdict === "fail");
    expect(failed.map(({ id }) => id)).toContain(entry.check);
  });
});
