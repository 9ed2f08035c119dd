import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readTextFile } from "../../src/cli/read-text-file.ts";
import { asNobody } from "../fixtures/as-nobody.ts";

const folder = mkdtempSync(path.join(tmpdir(), "cachequake-read-"));
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => path.join(folder, name);
const write = (name: string, bytes: string | Uint8Array): string => {
  writeFileSync(at(name), bytes);
  return at(name);
};
const read = (file: string, bytesMax = 100): unknown => readTextFile(file, bytesMax, "a text");

describe("readTextFile()", () => {
  test("reads UTF-8 up to the limit, inclusive, without a byte order mark", () => {
    expect(read(write("plain", "é\n"))).toEqual({ text: "é\n" });
    expect(read(write("mark", "\ufeffa"))).toEqual({ text: "a" });
    expect(read(write("full", "x".repeat(100)))).toEqual({ text: "x".repeat(100) });
    expect(read(write("empty", ""))).toEqual({ text: "" });
  });

  test("refuses one byte more", () => {
    expect(read(write("big", "x".repeat(101)))).toEqual({
      unreadable: { found: "has 101 bytes", expected: "at most 100 bytes" },
    });
  });

  test("refuses what is missing, a folder, and a file taken for a folder", () => {
    mkdirSync(at("folder"));
    write("file", "");
    expect(read(at("none"))).toEqual({
      unreadable: { found: "does not exist", expected: "a text" },
    });
    expect(read(at("file/inner"))).toEqual({
      unreadable: { found: "does not exist", expected: "a text" },
    });
    expect(read(at("folder"))).toEqual({
      unreadable: { found: "is a folder", expected: "a text" },
    });
  });

  test("refuses a file that this user may not read, and a link that never ends", () => {
    chmodSync(write("secret", "x"), 0);
    symlinkSync(at("loop"), at("loop"));
    chmodSync(folder, 0o755);
    asNobody(() =>
      expect(read(at("secret"))).toEqual({
        unreadable: { found: "may not be read by this user", expected: "a text" },
      }),
    );
    expect(read(at("loop"))).toMatchObject({
      unreadable: { found: "is a symbolic link that never ends" },
    });
  });

  test("refuses a path with a NUL character and one that is too long", () => {
    expect(read(at("a\0b"))).toMatchObject({
      unreadable: { found: "holds a NUL character in its path" },
    });
    expect(read(at("x".repeat(5000)))).toMatchObject({
      unreadable: { found: "is too long a path" },
    });
  });

  test("names the line of the first bytes that are not UTF-8", () => {
    const bytes = Buffer.concat([
      Buffer.from("é\nb\n"),
      Buffer.from([0xff, 0xfe]),
      Buffer.from("\nc"),
    ]);
    expect(read(write("latin", bytes))).toEqual({
      unreadable: { found: "holds bytes that are not UTF-8", expected: "UTF-8 text", line: 3 },
    });
  });

  test.runIf(process.platform === "linux")("stops reading a device that never ends", () => {
    expect(read("/dev/zero")).toMatchObject({ unreadable: { found: "has more than 100 bytes" } });
  });
});
