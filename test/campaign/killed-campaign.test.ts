import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { hash32 } from "../../src/base/hash.ts";
import { jobKey } from "../../src/campaign/job-key.ts";
import { readCheckedLine } from "../../src/campaign/stores/log-lines.ts";
import { ChainMachine, drive, KILLED_SHAPE } from "./machines.ts";

/**
 * Starts the campaign, and kills it so many ms after it has told so often of a start or an end; null lets it end.
 * Answers what it printed.
 */
function play(
  folder: string,
  threads: number,
  kill: { readonly afterDots: number; readonly andMs: number } | null,
): Promise<string> {
  const script = path.join(import.meta.dirname, "killed-campaign.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script, folder, `${threads}`]);
  let printed = "";
  child.stderr.on("data", (data: Buffer) => {
    printed += data.toString();
  });
  child.stdout.on("data", (data: Buffer) => {
    printed += data.toString();
    if (kill !== null && printed.split(".").length > kill.afterDots)
      setTimeout(() => child.kill("SIGKILL"), kill.andMs);
  });
  return new Promise((resolve) => child.on("close", () => resolve(printed)));
}

/** Keys of the jobs whose answers are whole in the log, and the contents of those that were ever started. */
function look(folder: string): { readonly stored: string[]; readonly started: string[] } {
  const lines = (file: string): string[] =>
    existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
  const records = lines(path.join(folder, "campaign/campaign.jsonl")).map(readCheckedLine);
  return {
    stored: records.slice(1).flatMap((record) => (record === null ? [] : [`${record["key"]}`])),
    started: lines(path.join(folder, "starts.txt")),
  };
}

test.each([
  [0, 6],
  [2, 4],
])(
  "a campaign (%i threads) killed at any moment goes on: no kept run is repeated, none is lost",
  async (threads, kills) => {
    const folder = mkdtempSync(path.join(tmpdir(), "killed-"));
    const reference = new ChainMachine(KILLED_SHAPE);
    drive(reference);
    for (let kill = 0; kill <= kills; kill++) {
      const before = look(folder);
      const chance = hash32(`kill ${threads} ${kill}`);
      const when = { afterDots: before.stored.length + (chance % 30), andMs: (chance >>> 16) % 8 };
      const printed = await play(folder, threads, kill < kills ? when : null);
      expect(printed.split("\n")[0]).toBe(`open ${before.stored.length}`);
      const { started } = look(folder);
      const repeated = started
        .slice(before.started.length)
        .filter((content) => before.stored.includes(jobKey(Number(content))));
      expect(repeated).toEqual([]);
      if (kill === kills) expect(printed.split("\n")[2]).toBe(`state ${reference.state}`);
    }
    const { stored, started } = look(folder);
    expect(new Set(stored).size).toBe(KILLED_SHAPE.jobs);
    expect(stored).toHaveLength(KILLED_SHAPE.jobs);
    // Each kill costs at most what ran at that moment.
    expect(started.length).toBeLessThanOrEqual(KILLED_SHAPE.jobs + kills * Math.max(1, threads));
    rmSync(folder, { recursive: true });
  },
);
