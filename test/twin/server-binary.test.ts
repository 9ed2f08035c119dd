import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { compareVersions, findServer } from "../../src/twin/server-binary.ts";
import { inFolder } from "../e2e/cachequake.ts";

function install(folder: string, name: string, says: string): void {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\necho '${says}'\n`);
  chmodSync(file, 0o755);
}

describe("findServer()", () => {
  test("says how to install one where there is none", () =>
    inFolder((folder) => {
      expect(() => findServer(folder)).toThrow(
        /^Cannot run a twin: neither redis-server nor valkey-server is on the PATH; install one: apt-get install redis-server/,
      );
    }));

  test.each([
    ["redis-server", "Redis server v=7.0.15 sha=00000000:0", "redis", "7.0.15", "7.0"],
    ["redis-server", "Redis server v=7.4.1 sha=00000000:0", "redis", "7.4.1", "7.1"],
    ["valkey-server", "Valkey server v=8.0.1 sha=00000000:0", "valkey", "8.0.1", "8.0"],
  ])("%s that says %s", (name, says, engine, version, modelledVersion) =>
    inFolder((folder) => {
      install(folder, name, says);
      const file = path.join(folder, name);
      expect(findServer(folder)).toEqual({ file, engine, version, modelledVersion });
    }),
  );

  test("passes over one that is too old, and says so if there is no other", () =>
    inFolder((folder) => {
      const [old, recent] = [path.join(folder, "old"), path.join(folder, "new")];
      install(old, "redis-server", "Redis server v=6.0.16 sha=00000000:0");
      expect(() => findServer(old)).toThrow("is version 6.0.16, expected 7.0 or newer");
      install(recent, "valkey-server", "Valkey server v=7.2.5 sha=00000000:0");
      expect(findServer([old, recent].join(path.delimiter)).version).toBe("7.2.5");
    }));
});

test.each([
  ["7.0", "7.0.0", 0],
  ["7.0.15", "7.0.9", 1],
  ["6.2", "7.0", -1],
])("compareVersions(%s, %s)", (a, b, sign) => {
  expect(Math.sign(compareVersions(a, b))).toBe(sign);
});
