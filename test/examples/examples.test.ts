/** The projects in examples/, run as a user would run them, and what a matcher says when it fails. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { simulate } from "../../src/explore/simulate.ts";
import { root } from "../architecture/project.ts";
import { built } from "../e2e/cachequake.ts";
import { SMALL } from "../explore/fixture.ts";
import "../../src/vitest.ts";

describe("examples/vitest", () => {
  let folder = "";
  beforeAll(() => {
    built();
    folder = mkdtempSync(path.join(os.tmpdir(), "cachequake-example-"));
    cpSync(path.join(root, "examples/vitest"), folder, { recursive: true });
    mkdirSync(path.join(folder, "node_modules"));
    symlinkSync(root, path.join(folder, "node_modules/cachequake"));
    for (const name of ["vitest", "fast-check"])
      symlinkSync(path.join(root, "node_modules", name), path.join(folder, "node_modules", name));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("passes", () => {
    const vitest = path.join(folder, "node_modules/vitest/vitest.mjs");
    const printed = execFileSync(process.execPath, [vitest, "run", "--reporter=json"], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, VITEST: undefined },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const { numPassedTests, numFailedTests } = JSON.parse(printed) as Record<string, number>;
    expect({ numPassedTests, numFailedTests }).toEqual({ numPassedTests: 3, numFailedTests: 0 });
  }, 120_000);
});

describe("a matcher that fails", () => {
  const faults = [
    { at: "5s", fault: "node-slow", target: "primary of cart/shard 2", factor: 2, for: "1s" },
    { at: "8s", fault: "replication-link-cut", target: "replica of cart/shard 1", for: "8s" },
    { at: "10s", fault: "host-power-loss", target: "primary of cart/shard 1" },
  ];
  const simulated = simulate({ source: SMALL, file: "small.yaml" }, { faults, sets: [] });
  const messageOf = (act: () => void): string => {
    try {
      act();
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };

  it("says what broke, the seed, what each fault is needed for, and how to run it again", () => {
    const message = messageOf(() => expect(simulated).toLoseNoAcknowledgedWrites());
    expect(message).toMatch(/cart lost \d+ acknowledged writes/);
    expect(message).toContain("seed 1");
    expect(message).toContain("without node-slow: it breaks still");
    expect(message).toContain("without host-power-loss: it holds");
    expect(message).toContain("Reproduce  cachequake run small.yaml --seed 1 --set ");
  });

  it("prints a line that fails in the same way", () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), "cachequake-line-"));
    try {
      execFileSync("sh", ["-c", "cat > small.yaml"], { cwd: folder, input: SMALL });
      const command = simulated.reproduce.replace("cachequake", `node ${built()}`);
      const { stdout, status } = spawnSync("sh", ["-c", `${command} --json`], {
        cwd: folder,
        encoding: "utf8",
      });
      expect(status).toBe(1);
      const result = JSON.parse(stdout) as { behaviourDigest: string };
      expect(result.behaviourDigest).toBe(simulated.result.behaviourDigest);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("passes and can be negated", () => {
    const calm = simulate({ source: SMALL });
    expect(calm).toMeetSlo();
    expect(calm).toLoseNoAcknowledgedWrites();
    expect(calm).toRecoverWithin("0s");
    expect(simulated).not.toMeetSlo();
    expect(simulated).not.toRecoverWithin("1ms");
    expect(() => expect(calm).toRecoverWithin("soon")).toThrow('the time is "soon"');
  });
});
