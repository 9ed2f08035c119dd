/** The types hold, of sources, tests and scripts. Among the tests because it takes long and leaves the other cores alone. */
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { expect, test } from "vitest";
import { root } from "./architecture/project.ts";

const TSC = path.join(
  path.dirname(createRequire(import.meta.url).resolve("typescript/package.json")),
  "bin/tsc",
);

const check = (...words: readonly string[]): Promise<{ status: number; said: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [TSC, ...words], { cwd: root }, (error, out, err) =>
      resolve({ status: error === null ? 0 : Number(error.code), said: out + err }),
    );
  });

test("tsc finds nothing wrong", { timeout: 180_000 }, async () => {
  expect(await check("--noEmit")).toEqual({ status: 0, said: "" });
});
