import type { ChildProcess } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { Stream } from "../../src/kernel/streams.ts";
import { cachequake, inFolder, startCachequake, tree } from "./cachequake.ts";
import { brief, endless } from "./scenarios.ts";

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.on("close", (code) => resolve(code)));
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type Ending = readonly [signal: NodeJS.Signals, code: number];
const ENDINGS: readonly Ending[] = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
];
/** Even parts of a run, with one signal at a random moment of each. */
const MOMENTS = 8;

describe("a signal ends cachequake", () => {
  test.each(ENDINGS)("%s: exit %i within seconds, nothing written", (signal, code) =>
    inFolder(async (folder) => {
      writeFileSync(path.join(folder, "endless.yaml"), endless());
      const child = startCachequake(["run", "endless.yaml"], folder);
      const code2 = ended(child);
      await pause(2500);
      expect(child.exitCode).toBeNull();
      const sentAt = performance.now();
      child.kill(signal);
      expect(await code2).toBe(code);
      expect(performance.now() - sentAt).toBeLessThan(3000);
      expect(tree(folder)).toEqual(["endless.yaml"]);
    }),
  );

  test(
    "at any moment of a short run: a whole report or the one before, and no temporary folder",
    () =>
      inFolder(async (folder) => {
        writeFileSync(path.join(folder, "brief.yaml"), brief());
        const startedAt = performance.now();
        expect(cachequake(["run", "brief.yaml"], folder).status).toBe(0);
        const tookMs = performance.now() - startedAt;
        const whole = tree(path.join(folder, "reports"));
        const random = new Stream("moments of signals");
        for (let moment = 0; moment < MOMENTS; moment++) {
          const out = path.join(folder, `out-${moment}`);
          const replaces = moment % 4 >= 2;
          if (replaces) cpSync(path.join(folder, "reports"), out, { recursive: true });
          else mkdirSync(out);
          const child = startCachequake(["run", "brief.yaml", "--out", out], folder);
          const code = ended(child);
          await pause((tookMs * (moment + random.next())) / MOMENTS);
          const [signal, meant] = (moment % 2 === 0 ? ENDINGS[0] : ENDINGS[1]) as Ending;
          child.kill(signal);
          const status = await code;
          // Before our handler stands, Node's own start is what the signal ends.
          expect([0, meant, null]).toContain(status);
          const left = tree(out);
          if (status === 0 || replaces || left.length > 0) expect(left).toEqual(whole);
        }
      }),
    60_000,
  );
});

describe("a reader that goes away", () => {
  test("does not crash cachequake, nor keep it from writing its report", () =>
    inFolder(async (folder) => {
      writeFileSync(path.join(folder, "brief.yaml"), brief());
      const child = startCachequake(["run", "brief.yaml", "--json"], folder);
      let errors = "";
      child.stderr?.on("data", (chunk) => {
        errors += String(chunk);
      });
      child.stdout?.destroy();
      expect(await ended(child)).toBe(0);
      expect(errors).toBe("");
      expect(tree(path.join(folder, "reports"))).toContain("brief/1/result.json");
    }));
});
