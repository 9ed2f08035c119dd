import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Result } from "../../src/run/result.ts";
import { built, cachequake, inFolder, tree } from "./cachequake.ts";
import { brief } from "./scenarios.ts";

const REPORT = ["junit.xml", "result.json", "summary.txt", "timeline.html", "timeline.svg"];

const withScenario = (text: string, act: (folder: string) => void) =>
  inFolder((folder) => {
    writeFileSync(path.join(folder, "brief.yaml"), text);
    act(folder);
  });

const read = (folder: string, ...parts: string[]): string =>
  readFileSync(path.join(folder, ...parts), "utf8");
const readResult = (folder: string, ...parts: string[]): Result =>
  JSON.parse(read(folder, ...parts, "result.json")) as Result;

describe("cachequake run", () => {
  test("passes: exit 0, a summary with the report's paths, a whole report, nothing else", () =>
    withScenario(brief(), (folder) => {
      const { status, stdout, stderr } = cachequake(["run", "brief.yaml"], folder);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      for (const name of REPORT) expect(stdout).toContain(path.join("reports", "brief", "1", name));
      expect(tree(path.join(folder, "reports"))).toEqual([
        "brief",
        "brief/1",
        ...REPORT.map((name) => `brief/1/${name}`),
      ]);
      expect(stdout.startsWith(read(folder, "reports/brief/1/summary.txt").trimEnd())).toBe(true);
      expect(readResult(folder, "reports/brief/1")).toMatchObject({
        scenario: "brief",
        seed: "1",
        verdict: "pass",
        input: { source: brief(), sets: [], seed: "1", allowPlanted: false },
      });
    }));

  test("fails: exit 1, and the summary ends with the line that reproduces it", () =>
    withScenario(brief({ fails: true }), (folder) => {
      const { status, stdout } = cachequake(["run", "brief.yaml", "--seed", "3"], folder);
      expect(status).toBe(1);
      expect(stdout).toContain("cachequake run brief --seed 3");
      const again = cachequake(["run", "brief", "--seed", "3"], folder);
      expect({ ...again }).toMatchObject({ status: 1, stdout });
    }));

  test("reproduces with all that was asked, by the path where the scenario's name does not find it", () =>
    withScenario(brief(), (folder) => {
      writeFileSync(path.join(folder, "shown.yaml"), brief({ name: "hidden" }));
      const asked = ["--set", "duration=15s", "--replications", "2", "--sensitivity", "--export"];
      const { stdout } = cachequake(["run", "shown.yaml", ...asked], folder);
      const line = `Reproduce  cachequake run shown.yaml --seed 1 ${asked.join(" ")}\n`;
      expect(stdout).toContain(line);
      const words = line.trim().split(" ").slice(3);
      expect(cachequake(words, folder)).toMatchObject({ status: 0, stdout });
    }));

  test("gives the same bytes and the same words however many run at a time", () =>
    withScenario(brief(), (folder) => {
      writeFileSync(path.join(folder, "other.yaml"), brief({ name: "other", fails: true }));
      const files = ["result.json", "timeline.svg", "junit.xml"];
      const told = ["1", "2", "3"].map((jobs) => {
        const words = ["run", "other.yaml", "brief.yaml", "--replications", "4", "--jobs", jobs];
        const { status, stdout, stderr } = cachequake(words, folder);
        const written = ["brief", "other"].flatMap((name) =>
          files.map((file) => read(folder, `reports/${name}/1/${file}`)),
        );
        return { status, stdout, stderr, written };
      });
      expect(told[0]).toMatchObject({ status: 1, stderr: "" });
      expect(told[1]).toEqual(told[0]);
      expect(told[2]).toEqual(told[0]);
    }));

  test.each(["1", "2"])("names the seed that has no result, of %s at a time", (jobs) =>
    withScenario(brief(), (folder) => {
      // More events than the scenario's own seed needs, and fewer than another's.
      const words = ["run", "brief.yaml", "--replications", "9"];
      const { events } = JSON.parse(cachequake(["run", "brief.yaml", "--json"], folder).stdout);
      const ended = cachequake([...words, "--max-events", `${events}`, "--jobs", jobs], folder);
      expect(ended.status).toBe(2);
      expect(ended.stdout).toBe("");
      const seed = /\(seed (1-r\d)\)/.exec(ended.stderr)?.[1];
      expect(ended.stderr).toContain(
        `Reproduce: cachequake run brief --seed ${seed} --max-events ${events}`,
      );
    }),
  );

  test("does not know: exit 2 where nothing failed over", () =>
    withScenario(brief().replace(/^method:.*\n/m, "method: []\n"), (folder) => {
      expect(cachequake(["run", "brief.yaml"], folder).status).toBe(2);
    }));

  test("does not know: exit 2 when the event budget is used up, with no report", () =>
    withScenario(brief(), (folder) => {
      const ended = cachequake(["run", "brief.yaml", "--max-events", "5000"], folder);
      expect(ended.status).toBe(2);
      expect(ended.stderr).toContain("the budget of 5000 events is spent");
      expect(ended.stderr).toContain("Reproduce: cachequake run brief --seed 1 --max-events 5000");
      expect(ended.stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
      expect(existsSync(path.join(folder, "reports"))).toBe(false);
    }));

  test("gives the same bytes in two processes, whatever folder they go to", () =>
    withScenario(brief(), (folder) => {
      cachequake(["run", "brief.yaml", "--out", "a"], folder);
      cachequake(["run", "brief.yaml", "--out", "deep/er/b"], folder);
      for (const name of REPORT) {
        expect(read(folder, "deep/er/b/brief/1", name), name).toBe(read(folder, "a/brief/1", name));
      }
    }));

  test("keeps a seed as it is written", () =>
    withScenario(brief().replace("seed: 1", 'seed: "007"'), (folder) => {
      cachequake(["run", "brief.yaml"], folder);
      expect(readResult(folder, "reports/brief/007").seed).toBe("007");
      cachequake(["run", "brief.yaml", "--seed", "0x10"], folder);
      expect(readResult(folder, "reports/brief/0x10").seed).toBe("0x10");
    }));

  test("puts what --set changed into a folder of its own, and --set that changes nothing not", () =>
    withScenario(brief(), (folder) => {
      cachequake(["run", "brief.yaml", "--set", "duration=20s"], folder);
      expect(tree(path.join(folder, "reports", "brief"))).toContain("1");
      const words = ["run", "brief.yaml", "--set", "method[0].at=6s", "--set", "duration=25s"];
      expect(cachequake(words, folder).status).toBe(0);
      const changed = tree(path.join(folder, "reports", "brief")).find((name) =>
        /^1-[0-9a-f]{8}$/.test(name),
      );
      expect(changed).toBeDefined();
      const result = readResult(folder, "reports/brief", changed as string);
      expect(result.simulatedSeconds).toBe(25);
      expect(result.input.sets).toEqual(["method[0].at=6s", "duration=25s"]);
      expect(result.faults[0]?.injectedAt).toBe(6);
    }));

  test("with --json prints the result and nothing else, of several files an array", () =>
    withScenario(brief(), (folder) => {
      writeFileSync(path.join(folder, "other.yaml"), brief({ name: "other", fails: true }));
      const one = cachequake(["run", "brief.yaml", "--json"], folder);
      expect(one.stdout).toBe(read(folder, "reports/brief/1/result.json"));
      const two = cachequake(["run", "brief.yaml", "other.yaml", "--json"], folder);
      expect(two.status).toBe(1);
      expect(two.stderr).toBe("");
      const names = (JSON.parse(two.stdout) as Result[]).map(({ scenario }) => scenario);
      expect(names).toEqual(["brief", "other"]);
    }));

  test("of several files tells each, a tally, and the gravest exit code", () =>
    withScenario(brief(), (folder) => {
      writeFileSync(path.join(folder, "other.yaml"), brief({ name: "other", fails: true }));
      const { status, stdout } = cachequake(["run", "other.yaml", "brief.yaml"], folder);
      expect(status).toBe(1);
      expect(stdout.trimEnd().split("\n").at(-1)).toBe("2 scenarios: 1 passed, 1 failed");
    }));

  test("refuses a planted bug unless it is allowed", () =>
    withScenario(`${brief()}plant: dns-never-flips\n`, (folder) => {
      const refused = cachequake(["run", "brief.yaml"], folder);
      expect(refused.status).toBe(64);
      expect(refused.stderr).toContain("--allow-planted");
      expect([0, 1, 2]).toContain(
        cachequake(["run", "brief.yaml", "--allow-planted"], folder).status,
      );
    }));

  test("exits 73 before it runs where the report cannot be written, and leaves the place alone", () =>
    withScenario(brief(), (folder) => {
      writeFileSync(path.join(folder, "reports"), "a file");
      const ended = cachequake(["run", "brief.yaml"], folder);
      expect(ended.status).toBe(73);
      expect(ended.stderr).toContain("Cannot write report:");
      expect(ended.stdout).toBe("");
      expect(read(folder, "reports")).toBe("a file");
      rmSync(path.join(folder, "reports"));
      mkdirSync(path.join(folder, "reports", "brief", "1"), { recursive: true });
      writeFileSync(path.join(folder, "reports", "brief", "1", "notes.md"), "mine");
      expect(cachequake(["run", "brief.yaml"], folder).status).toBe(73);
      expect(read(folder, "reports", "brief", "1", "notes.md")).toBe("mine");
    }));

  test("exits 73 where the report does not fit, and leaves nothing behind", () =>
    withScenario(brief(), (folder) => {
      const line = `ulimit -f 8; exec "${process.execPath}" "${built()}" run brief.yaml`;
      const ended = spawnSync("bash", ["-c", line], { cwd: folder, encoding: "utf8" });
      expect(ended.status).toBe(73);
      expect(ended.stderr).toContain("does not fit");
      expect(tree(folder)).toEqual(["brief.yaml"]);
    }));

  test.runIf(existsSync("/dev/full"))("exits 73 where standard output is a full disk", () =>
    withScenario(brief(), (folder) => {
      const line = `exec "${process.execPath}" "${built()}" run brief.yaml >/dev/full`;
      const ended = spawnSync("bash", ["-c", line], { cwd: folder, encoding: "utf8" });
      expect(ended.status).toBe(73);
      expect(ended.stderr).toMatch(/^Cannot write results or messages: ENOSPC.*\n$/);
    }),
  );

  test.runIf(existsSync("/proc/self"))("exits 73 where no folder can be made", () =>
    withScenario(brief(), (folder) => {
      const ended = cachequake(["run", "brief.yaml", "--out", "/proc/cachequake"], folder);
      expect(ended.status).toBe(73);
      expect(tree(folder)).toEqual(["brief.yaml"]);
    }),
  );
});

describe("cachequake replay", () => {
  test("confirms a result that it can repeat", () =>
    withScenario(brief(), (folder) => {
      cachequake(["run", "brief.yaml", "--set", "duration=25s"], folder);
      const [changed] = tree(path.join(folder, "reports", "brief"));
      const file = path.join("reports", "brief", changed as string, "result.json");
      const { status, stdout } = cachequake(["replay", file], folder);
      expect(status).toBe(0);
      expect(stdout).toContain("replayed, the same");
    }));

  test("names the first second and the first record that differ", () =>
    withScenario(brief(), (folder) => {
      cachequake(["run", "brief.yaml"], folder);
      const file = path.join(folder, "reports/brief/1/result.json");
      const result = readResult(folder, "reports/brief/1");
      const timeline = result.timeline.map((entry, at) =>
        at === 1 ? { ...entry, text: "other" } : entry,
      );
      const checkpoints = result.checkpoints.map((digest, at) =>
        at < 7 ? digest : "0".repeat(16),
      );
      writeFileSync(
        file,
        JSON.stringify({ ...result, digest: "0".repeat(16), timeline, checkpoints }),
      );
      const { status, stdout } = cachequake(["replay", file], folder);
      expect(status).toBe(1);
      expect(stdout).toContain("first second with another checkpoint: 7");
      expect(stdout).toContain("first difference: timeline[1]");
      expect(stdout).toContain("two runs on this machine agree with each other");
    }));
});

describe("cachequake list and schema", () => {
  test.each([
    ["scenarios", "az-power-loss"],
    ["faults", "az-power-interruption"],
    ["steps", "promote-secondary-region"],
    ["metrics", "ReplicationLag"],
    ["node-types", "cache.r7g.large"],
    ["regions", "us-east-1"],
    ["marks", "full-sync"],
    ["planted", "dns-never-flips"],
  ])("list %s knows %s, as text and as JSON", (what, name) =>
    inFolder((folder) => {
      const text = cachequake(["list", what], folder);
      expect({ status: text.status, stderr: text.stderr }).toEqual({ status: 0, stderr: "" });
      expect(text.stdout).toMatch(new RegExp(`^${name.replaceAll(".", "\\.")}\\s`, "m"));
      const rows = JSON.parse(cachequake(["list", what, "--json"], folder).stdout) as object[];
      expect(rows.some((row) => Object.values(row)[0] === name)).toBe(true);
      expect(rows).toHaveLength(text.stdout.trimEnd().split("\n").length - 1);
    }),
  );

  test.each(["scenario", "result"])("schema %s is the published one", (which) =>
    inFolder((folder) => {
      const { stdout } = cachequake(["schema", which], folder);
      expect(JSON.parse(stdout)).toHaveProperty(
        "$schema",
        "http://json-schema.org/draft-07/schema#",
      );
    }),
  );
});
