import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { InvariantError } from "../../src/base/invariant.ts";
import { SECOND } from "../../src/base/nanos.ts";
import { ScenarioError } from "../../src/base/scenario-error.ts";
import { EXIT } from "../../src/cli/exit-code.ts";
import { runCommand } from "../../src/cli/run-command.ts";

/** What each scenario, by its text, does in this test: stand-ins for the floors below the command line. */
const { fates } = vi.hoisted(() => ({ fates: new Map<string, () => unknown>() }));

vi.mock("../../src/scenario/load.ts", () => ({
  loadScenario: (text: string) => ({
    name: text,
    seed: "42",
    durationNs: 10 * SECOND,
    expect: [],
    traffic: [],
    caches: [],
    method: [],
  }),
}));
vi.mock("../../src/run/simulation.ts", () => ({
  open: ({ name }: { name: string }) => ({
    now: 0,
    runUntil(time: number) {
      this.now = time;
    },
    finish: () => fates.get(name)?.(),
  }),
}));
vi.mock("../../src/report/render-all.ts", () => ({
  renderAll: async () => [{ name: "result.json", contents: "{}" }],
}));
vi.mock("../../src/report/result-json.ts", () => ({
  resultJson: (result: object) => `${JSON.stringify(result)}\n`,
}));
vi.mock("../../src/report/summary.ts", () => ({
  renderSummary: ({ verdict }: { verdict: string }) => `verdict ${verdict}\n`,
}));

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), "cachequake-run-"));
  fates.clear();
});
afterEach(() => rmSync(cwd, { recursive: true }));

async function run(
  names: readonly string[],
  json = false,
  more: { untilShare?: number } = {},
  text?: string,
) {
  const written = { out: "", err: "" };
  for (const name of names) writeFileSync(path.join(cwd, name), text ?? name);
  const terminal = {
    out: (text: string) => {
      written.out += text;
    },
    err: (text: string) => {
      written.err += `${text}\n`;
    },
    progress: () => undefined,
    color: false,
    width: 80,
  };
  const usual = { cwd, files: names, json, sets: [], allowPlanted: false, out: "reports" };
  const options = { ...usual, ...more };
  return { code: await runCommand(options, terminal), ...written };
}

const ends = (verdict: string) => (): unknown => ({ verdict });
const throws = (error: Error) => (): unknown => {
  throw error;
};

describe("runCommand()", () => {
  test("tells a bug with seed, simulated time and the line that reproduces it, and goes on", async () => {
    fates.set("broken", throws(new InvariantError("a replica is never ahead", { by: 3 })));
    fates.set("fine", ends("pass"));
    const { code, out, err } = await run(["broken", "fine"]);
    expect(code).toBe(EXIT.internal);
    expect(err).toContain("Cannot finish broken: this is a bug in cachequake");
    expect(err).toContain('a replica is never ahead ({"by":3})');
    expect(err).toContain("seed 42, at 10 s of simulated time");
    expect(err).toContain("Reproduce: cachequake run broken --seed 42");
    expect(out).toContain("verdict pass");
    expect(out).toContain("2 scenarios: 1 passed, 1 ended by a bug");
    expect(readdirSync(path.join(cwd, "reports"))).toEqual(["fine"]);
  });

  test("waits for no interval of a scenario that expects nothing", async () => {
    const waiting = run(["unasked"], false, { untilShare: 0.05 });
    await expect(waiting).rejects.toMatchObject({
      exitCode: EXIT.badInput,
      message: expect.stringContaining(
        "--until-ci is given with unasked, expected a scenario with expect:",
      ),
    });
  });

  test("tells the stack of an error that nobody foresaw", async () => {
    fates.set("broken", throws(new TypeError("x is not a function")));
    const { code, err } = await run(["broken"]);
    expect(code).toBe(EXIT.internal);
    expect(err).toMatch(/TypeError: x is not a function\n\s+at /);
  });

  test("tells bad input that only a run can find as bad input", async () => {
    const problem = { path: "method[0]", found: "hits nothing", expected: "a target" };
    const text = "method:\n  - { at: 1s }\n";
    fates.set(text, throws(new ScenarioError([problem])));
    const { code, err } = await run(["empty"], false, {}, text);
    expect(code).toBe(EXIT.badInput);
    expect(err).toBe(
      "Cannot load scenario: empty:2:5: method[0] hits nothing, expected a target\n",
    );
  });

  test.each([
    [["pass", "pass"], EXIT.pass],
    [["pass", "unknown"], EXIT.unknown],
    [["fail", "unknown"], EXIT.fail],
  ])("ends after %j with the gravest code, %i", async (verdicts, code) => {
    for (const [at, verdict] of verdicts.entries()) fates.set(`s${at}`, ends(verdict));
    expect((await run(verdicts.map((_, at) => `s${at}`))).code).toBe(code);
  });

  test("keeps standard output JSON when a run of several is lost", async () => {
    fates.set("broken", throws(new TypeError("x")));
    fates.set("fine", ends("pass"));
    expect(JSON.parse((await run(["broken", "fine"], true)).out)).toEqual([{ verdict: "pass" }]);
  });
});
