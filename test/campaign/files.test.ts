import { spawn, spawnSync } from "node:child_process";
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FileStore, type FileStoreOptions } from "../../src/campaign/stores/files.ts";
import { checkedLine } from "../../src/campaign/stores/log-lines.ts";

let folder = "";
let log = "";
const open: FileStore<unknown>[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "campaign-"));
  log = path.join(folder, "campaign.jsonl");
});

afterEach(() => {
  for (const store of open.splice(0)) store.close();
  rmSync(folder, { recursive: true });
});

function store<Answer = number>(options: Partial<FileStoreOptions> = {}): FileStore<Answer> {
  const settings = { seed: "42", profile: "az" };
  const made = new FileStore<Answer>({
    folder,
    mode: "resume",
    tool: "0.1.0",
    settings,
    ...options,
  });
  open.push(made);
  return made;
}

/** A log of jobs `0` to `count - 1`, each answered by its square. */
function filled(count: number): void {
  const made = store();
  for (let i = 0; i < count; i++) made.append(`${i}`, i * i);
  made.close();
}

const squares = (count: number): [string, number][] =>
  Array.from({ length: count }, (_, i) => [`${i}`, i * i]);

describe("FileStore", () => {
  test("gives back what it was given (property)", () => {
    const property = fc.property(
      fc.array(fc.tuple(fc.string(), fc.jsonValue({ maxDepth: 3 }))),
      fc.nat(20),
      (given, reopenings) => {
        rmSync(log, { force: true });
        const kept = new Map<string, unknown>();
        for (const [i, [key, value]] of given.entries()) {
          // JSON itself writes -0 as 0.
          const answer = JSON.parse(JSON.stringify(value)) as unknown;
          const made = i === 0 || i % (reopenings + 1) === 0 ? store<unknown>() : open.at(-1);
          for (const other of open) if (other !== made) other.close();
          made?.append(key, answer);
          kept.set(key, answer);
          if ((i + 1) % (reopenings + 1) === 0) made?.close();
        }
        for (const other of open.splice(0)) other.close();
        expect(new Map(store<unknown>().load())).toEqual(kept);
        open.pop()?.close();
      },
    );
    fc.assert(property, { seed: 21, numRuns: 60 });
  });

  test("keeps lines that any reader of JSON understands", () => {
    filled(2);
    const lines = readFileSync(log, "utf8").split("\n");
    expect(lines.map((line) => (line === "" ? null : JSON.parse(line)))).toEqual([
      {
        check: expect.any(String),
        format: "cachequake-campaign",
        version: 1,
        tool: "0.1.0",
        settings: { seed: "42", profile: "az" },
      },
      { check: expect.any(String), key: "0", answer: 0 },
      { check: expect.any(String), key: "1", answer: 1 },
      null,
    ]);
  });

  test("holds an answer for a process that is killed the moment after", () => {
    const made = store();
    made.append("a", 1);
    const copy = readFileSync(log);
    made.close();
    writeFileSync(log, copy);
    expect(store().load()).toEqual(new Map([["a", 1]]));
  });

  test("drops a line that is torn at any byte, and writes on as if it had never been", () => {
    filled(3);
    const whole = readFileSync(log);
    const ends = [...whole].flatMap((byte, at) => (byte === 0x0a ? [at + 1] : []));
    for (let bytes = 0; bytes <= whole.length; bytes++) {
      writeFileSync(log, whole);
      truncateSync(log, bytes);
      const made = store();
      const kept = Math.max(0, ends.filter((end) => end <= bytes).length - 1);
      expect([...made.load()]).toEqual(squares(kept));
      expect(made.damagedLines).toBe(0);
      for (const [key, answer] of squares(3).slice(kept)) made.append(key, answer);
      made.close();
      expect(readFileSync(log)).toEqual(whole);
    }
  });

  test("leaves out a line that was changed, and none beside it", () => {
    filled(5);
    const whole = readFileSync(log);
    const [header, , second, third] = whole.toString().split("\n") as [
      string,
      string,
      string,
      string,
    ];
    const from = whole.indexOf(second);
    for (let at = from; at < from + second.length; at++) {
      for (const bit of [1, 2, 64]) {
        const damaged = Buffer.from(whole);
        damaged[at] = (damaged[at] as number) ^ bit;
        writeFileSync(log, damaged);
        const made = store();
        const left = squares(5).filter(([key]) => key !== "1");
        // A byte may have become a line break, and one line two.
        expect(made.damagedLines).toBeGreaterThanOrEqual(1);
        expect([...made.load()]).toEqual(left);
        made.close();
      }
    }
    // Two lines that ran together.
    writeFileSync(log, `${header}\n${second}${third}\n`);
    const made = store();
    expect([made.load().size, made.damagedLines]).toEqual([0, 1]);
  });

  test("reads lines and logs longer than it reads at a time", () => {
    const long = "é".repeat(800_000);
    const made = store<string>();
    made.append("short", "a");
    made.append("long", long);
    made.append("longer", long + long);
    for (let i = 0; i < 3000; i++) made.append(`${i}`, "b".repeat(1000));
    made.close();
    expect(statSync(log).size).toBeGreaterThan(7 << 20);
    const again = store<string>().load();
    expect(again.size).toBe(3003);
    expect([again.get("long"), again.get("longer")]).toEqual([long, long + long]);
    expect(again.get("2999")).toBe("b".repeat(1000));
  });

  test.each([
    [
      { settings: { seed: "7", profile: "az" } },
      "it was begun with seed 42 where 7 is asked, expected the same settings",
    ],
    [
      { settings: { seed: "42", runs: "100" } },
      "it was begun with profile az where none is asked; without runs where 100 is asked, expected the same settings",
    ],
    [
      { tool: "0.2.0" },
      "version 0.1.0 began it, expected version 0.2.0, because another may answer otherwise",
    ],
  ])("refuses to resume with other settings: %o", (options, why) => {
    filled(3);
    appendFileSync(log, '{"check":"torn');
    const before = readFileSync(log);
    expect(() => store(options)).toThrow(`Cannot resume ${log}: ${why}`);
    expect(readFileSync(log)).toEqual(before);
    // The refusal leaves no lock behind.
    expect(readdirSync(folder)).toEqual(["campaign.jsonl"]);
    expect(store().load().size).toBe(3);
  });

  test("begins a new campaign in an empty folder alone", () => {
    store({ mode: "new" }).append("a", 1);
    open.pop()?.close();
    expect(() => store({ mode: "new" })).toThrow(
      "it holds 1 runs of a campaign, expected none; resume it, or choose another folder",
    );
  });

  test.each(["hello", "hello\n", '{"check":"00000000","format":"cachequake-campaign"}\n'])(
    "does not take another file for a log: %j",
    (text) => {
      writeFileSync(log, text);
      expect(() => store()).toThrow("its first line is damaged or of something else");
      expect(readFileSync(log, "utf8")).toBe(text);
    },
  );

  test("refuses a log of a later format", () => {
    filled(1);
    const other = store();
    other.close();
    const lines = readFileSync(log, "utf8");
    expect(lines).toContain('"version":1');
    // A whole line, with a version to come.
    const header = `"format":"cachequake-campaign","version":2,"tool":"0.1.0","settings":{}`;
    writeFileSync(log, `${checkedLine(header)}\n`);
    expect(() => store()).toThrow("its format is 2, expected 1");
  });

  test("refuses answers that would not come back as they are", () => {
    const made = store<unknown>();
    for (const answer of [Number.NaN, { a: undefined }, [-0], new Map(), undefined, 1n])
      expect(() => made.append("a", answer)).toThrow("what a campaign keeps is plain JSON");
    made.append("b", { a: null, b: [1e300, "\u2028\n"] });
    made.close();
    expect([...store().load().keys()]).toEqual(["b"]);
  });

  describe("lets one process write", () => {
    const lock = (words: string): string => path.join(folder, `writer@${words}.lock`);
    const host = hostname().replaceAll(/[^A-Za-z0-9.-]/g, "_");

    test("not this one twice", () => {
      store();
      expect(() => store()).toThrow("this process writes to it already");
      open.pop()?.close();
      expect(readdirSync(folder)).toEqual(["campaign.jsonl"]);
      store();
    });

    test("not beside another that lives", async () => {
      const other = spawn("sleep", ["60"]);
      const stat = readFileSync(`/proc/${other.pid}/stat`, "utf8");
      const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
      writeFileSync(lock(`${host}@${other.pid}@${started}`), "");
      expect(() => store()).toThrow(
        `process ${other.pid} on ${host} writes to it; wait for it, or`,
      );
      expect(readdirSync(folder)).toHaveLength(1);
      other.kill("SIGKILL");
      await new Promise((resolve) => other.on("exit", resolve));
      store();
    });

    test("after one that is gone, whose number another process may have by now", () => {
      const { pid } = spawnSync("true");
      writeFileSync(lock(`${host}@${pid}@1`), "");
      writeFileSync(lock(`${host}@${process.ppid}@1`), "");
      store();
      expect(readdirSync(folder).filter((name) => name.endsWith(".lock"))).toHaveLength(1);
    });

    test("not where one on another host may live", () => {
      writeFileSync(lock("elsewhere@1@1"), "");
      expect(() => store()).toThrow("process 1 on elsewhere writes to it");
      rmSync(lock("elsewhere@1@1"));
      store();
    });
  });
});
