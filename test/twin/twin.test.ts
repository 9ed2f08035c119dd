/** The scenarios for twins on real servers: they end as they do in the simulation. */
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import type { Result } from "../../src/run/result.ts";
import { resultSchema } from "../../src/run/result-schema.ts";
import { findServer } from "../../src/twin/server-binary.ts";
import type { TwinReport } from "../../src/twin/twin.ts";
import { cachequake, inFolder, startCachequake, tree } from "../e2e/cachequake.ts";
import { brief } from "../e2e/scenarios.ts";

/** On a busy machine the seeds take their time. */
const LONG = 300_000;
const isCi = process.env["CI"] === "true";
const hasServer = ((): boolean => {
  try {
    findServer(process.env["PATH"] ?? "");
    return true;
  } catch {
    return false;
  }
})();
// In CI a missing server is a failure, not a reason to skip.
const runs = hasServer || isCi;

const validateResult = new Ajv({ strict: false }).compile(resultSchema);

/** How many processes work in folders below this one, deleted ones too. */
function processesIn(folder: string): number {
  const inside = (pid: string): boolean => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`).startsWith(`${folder}/`);
    } catch {
      return false;
    }
  };
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && inside(name)).length;
}

describe.skipIf(!runs)("twins on real servers (skipped where no redis-server is installed)", () => {
  test.each([
    ["crash-of-a-primary", "cart-0001-002"],
    ["isolated-primary", "cart-0001-002"],
    ["sentinel-failover", "cart-002"],
  ])(
    "%s: same verdicts, and a node promoted that the simulation promotes",
    (name, heir) =>
      inFolder((folder) => {
        const { status, stdout, stderr } = cachequake(["twin", name, "--json"], folder, LONG);
        expect(stderr).toBe("");
        const report = JSON.parse(stdout) as TwinReport;
        // Phases depend on how busy the machine is: the command judges them, this test does not.
        expect(status).toBe(report.agrees ? 0 : 1);
        expect(report.expectations.length).toBeGreaterThanOrEqual(4);
        expect(report.expectations.filter(({ agrees }) => !agrees)).toEqual([]);
        expect(report.promoted).toEqual({
          real: heir,
          simulated: [heir],
          agrees: true,
        });
        const names = report.phases.map((phase) => phase.name);
        expect(names).toEqual(expect.arrayContaining(["detect", "promote", "write"]));
        expect(names.includes("alone")).toBe(name === "isolated-primary");
        for (const phase of report.phases) expect(phase.real).not.toBeNull();
        expect(report.server.version).toMatch(/^\d+\.\d+/);
        const of = path.join(folder, "reports/twin", name, "1");
        const result = JSON.parse(readFileSync(path.join(of, "result.json"), "utf8")) as Result;
        expect(validateResult(result)).toBe(true);
        expect(result.story).toContain(`redis-server ${report.server.version}`);
        expect(result.expectations.map(({ verdict }) => verdict)).toEqual(
          report.expectations.map(({ real }) => real),
        );
        expect(JSON.parse(readFileSync(path.join(of, "comparison.json"), "utf8"))).toEqual(report);
        const nodes = result.caches["cart"]?.nodes ?? [];
        expect(nodes.map(({ intervals }) => intervals[0]?.from)).toEqual(nodes.map(() => 0));
        const last = nodes.find(({ id }) => id === heir)?.intervals.at(-1);
        expect(last).toMatchObject({ role: "primary", state: "serving" });
      }),
    LONG,
  );

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)(
    "%s: exit %i, and neither a server nor a folder is left",
    (signal, code) =>
      inFolder(async (folder) => {
        const before = process.env["TMPDIR"];
        process.env["TMPDIR"] = folder;
        const child = startCachequake(["twin", "crash-of-a-primary"], folder);
        if (before === undefined) delete process.env["TMPDIR"];
        else process.env["TMPDIR"] = before;
        const ended = new Promise((resolve) => child.on("close", resolve));
        await expect.poll(() => processesIn(folder), { timeout: 20_000 }).toBe(6);
        await wait(1500);
        child.kill(signal);
        expect(await ended).toBe(code);
        expect(tree(folder)).toEqual([]);
        await expect.poll(() => processesIn(folder), { timeout: 2000 }).toBe(0);
      }),
    60_000,
  );
});

describe("cachequake twin", () => {
  test("refuses a scenario that real servers cannot play: each word and what is expected, exit 64", () =>
    inFolder((folder) => {
      writeFileSync(path.join(folder, "brief.yaml"), brief());
      const { status, stdout, stderr } = cachequake(["twin", "brief.yaml"], folder);
      expect({ status, stdout }).toEqual({ status: 64, stdout: "" });
      expect(stderr).toContain(
        'Cannot load scenario: brief.yaml:13:18: caches.cart.clusterMode is "disabled", expected enabled',
      );
    }));

  test("says how to install a server where there is none: exit 69", () =>
    inFolder((folder) => {
      const before = process.env["PATH"];
      process.env["PATH"] = folder;
      try {
        const { status, stderr } = cachequake(["twin", "crash-of-a-primary"], folder);
        expect(status).toBe(69);
        expect(stderr).toContain("apt-get install redis-server");
      } finally {
        process.env["PATH"] = before;
      }
    }));
});
