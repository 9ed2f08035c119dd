import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { cachequake, inFolder, startCachequake, tree } from "./cachequake.ts";

const FOLDER = "reports/explore/checkout/9";
const LOG = `${FOLDER}/campaign.jsonl`;
const WORDS = "explore checkout --seed 9 --runs 40 --go-on --no-explain --corpus kept --json".split(
  " ",
);

const ended = (child: ChildProcess): Promise<NodeJS.Signals | number | null> =>
  new Promise((resolve) => child.on("close", (code, signal) => resolve(signal ?? code)));

const linesOf = (file: string): string[] =>
  existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line !== "")
    : [];

/** Starts a campaign in `folder` and ends it by `signal` once so many of its runs are done; answers how many were. */
async function interrupted(folder: string, signal: NodeJS.Signals, runs: number): Promise<number> {
  const log = path.join(folder, LOG);
  const child = startCachequake([...WORDS, "--jobs", "2"], folder);
  const end = ended(child);
  while (child.exitCode === null && linesOf(log).length <= runs)
    await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill(signal);
  expect(await end).toBe(signal === "SIGKILL" ? "SIGKILL" : 130);
  return linesOf(log).length - 1;
}

describe("a campaign that was interrupted", () => {
  test(
    "goes on with --resume after kill -9, twice, and says what it says without; no finished run is repeated",
    { timeout: 120_000 },
    () =>
      inFolder(async (folder) => {
        const whole = await inFolder((other) => cachequake([...WORDS, "--jobs", "1"], other));
        expect([0, 1]).toContain(whole.status);
        const before = await interrupted(folder, "SIGKILL", 10);
        expect(before).toBeGreaterThanOrEqual(10);
        const log = path.join(folder, LOG);
        const first = linesOf(log).slice(0, before + 1);
        const again = startCachequake([...WORDS, "--jobs", "2", "--resume"], folder);
        const end = ended(again);
        while (again.exitCode === null && linesOf(log).length <= before + 12)
          await new Promise((resolve) => setTimeout(resolve, 5));
        again.kill("SIGKILL");
        await end;
        const kept = linesOf(log);
        // All that was finished stands, and no run has two lines.
        expect(kept.slice(0, first.length)).toEqual(first);
        const keys = kept.slice(1).flatMap((line) => /"key":"(\w+)"/.exec(line)?.[1] ?? []);
        expect(new Set(keys).size).toBe(keys.length);
        const resumed = cachequake([...WORDS, "--jobs", "1", "--resume"], folder);
        expect(resumed.stderr).toMatch(/Goes on with \d+ runs/);
        const found = Number(/Goes on with (\d+) runs/.exec(resumed.stderr)?.[1]);
        expect(found).toBeGreaterThanOrEqual(before + 11);
        expect(resumed.stdout).toBe(whole.stdout);
        expect(resumed.status).toBe(whole.status);
        expect(tree(path.join(folder, FOLDER)).some((name) => /campaign|lock/.test(name))).toBe(
          false,
        );
      }),
  );

  test("begins anew without --resume, after Ctrl-C too", { timeout: 120_000 }, () =>
    inFolder(async (folder) => {
      await interrupted(folder, "SIGINT", 5);
      const { status, stderr } = cachequake([...WORDS, "--jobs", "2"], folder);
      expect([0, 1]).toContain(status);
      expect(stderr).not.toContain("Cannot");
    }),
  );

  test("is left alone while its process lives", { timeout: 120_000 }, () =>
    inFolder(async (folder) => {
      const child = startCachequake(
        [...WORDS.filter((word) => word !== "40" && word !== "--runs"), "--jobs", "1"],
        folder,
      );
      const end = ended(child);
      while (child.exitCode === null && linesOf(path.join(folder, LOG)).length < 2)
        await new Promise((resolve) => setTimeout(resolve, 5));
      const { status, stderr } = cachequake([...WORDS, "--jobs", "1"], folder);
      expect(status).toBe(73);
      expect(stderr).toContain(`process ${child.pid}`);
      child.kill("SIGKILL");
      await end;
    }),
  );
});
