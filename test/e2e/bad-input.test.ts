import { chmodSync, mkdirSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { cachequake, type Ended, inFolder, tree } from "./cachequake.ts";
import { brief } from "./scenarios.ts";

/** Bad input: exit 64, a message of the form every message has, no stack trace, nothing on stdout, nothing written. */
function expectRefusal(ended: Ended, ...messages: readonly string[]): void {
  expect(ended.stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
  for (const message of messages) expect(ended.stderr).toContain(message);
  expect(ended.stdout).toBe("");
  expect(ended.status).toBe(64);
}

const inFiles = (
  files: Readonly<Record<string, string | Uint8Array>>,
  act: (folder: string) => void,
) =>
  inFolder((folder) => {
    for (const [name, contents] of Object.entries(files)) {
      writeFileSync(path.join(folder, name), contents);
    }
    act(folder);
    expect(tree(folder)).toEqual(Object.keys(files).toSorted((a, b) => (a < b ? -1 : 1)));
  });

describe("cachequake run refuses", () => {
  test("a file that is not there, and suggests a scenario of the package", () =>
    inFiles({}, (folder) => {
      expectRefusal(
        cachequake(["run", "no.yaml"], folder),
        "Cannot load scenario: no.yaml: the scenario does not exist, expected a scenario file (YAML) or the name of a shipped scenario",
      );
      expectRefusal(cachequake(["run", "az-power-los"], folder), '(did you mean "az-power-loss"?)');
    }));

  test("a folder, a huge file, and one that is not UTF-8", () =>
    inFiles({ "huge.yaml": "#", "utf16.yaml": Buffer.from("a: 1", "utf16le") }, (folder) => {
      truncateSync(path.join(folder, "huge.yaml"), 100e6);
      expectRefusal(cachequake(["run", "."], folder), "the scenario is a folder");
      expectRefusal(
        cachequake(["run", "huge.yaml"], folder),
        "has 100000000 bytes, expected at most",
      );
      const { status } = cachequake(["run", "utf16.yaml"], folder);
      expect(status).toBe(64);
      writeFileSync(path.join(folder, "utf16.yaml"), Buffer.from([0x61, 0x0a, 0xff, 0xfe]));
      expectRefusal(cachequake(["run", "utf16.yaml"], folder), "utf16.yaml:2:1", "not UTF-8");
    }));

  test("an empty file, and text that is no YAML", () =>
    inFiles({ "empty.yaml": "", "broken.yaml": "scenario: [\n" }, (folder) => {
      expectRefusal(cachequake(["run", "empty.yaml"], folder), "Cannot load scenario: empty.yaml");
      expectRefusal(
        cachequake(["run", "broken.yaml"], folder),
        "Cannot load scenario: broken.yaml:",
      );
    }));

  test("all files when one is bad, with the errors of all of them", () =>
    inFiles(
      {
        "good.yaml": brief(),
        "one.yaml": brief().replace("duration: 20s", "duration: 20"),
        "two.yaml": brief().replace("fault: node-crash", "fault: node-crush"),
      },
      (folder) => {
        const files = ["good.yaml", "one.yaml", "two.yaml"];
        const ended = cachequake(["run", ...files], folder);
        expectRefusal(ended, "one.yaml:", "two.yaml:", "node-crash");
        expect(ended.stderr).not.toContain("good.yaml:");
        expect(ended.stderr.indexOf("one.yaml:")).toBeLessThan(ended.stderr.indexOf("two.yaml:"));
      },
    ));

  test("all files when the target of one can never be hit, and names the place of one found empty by its run", () =>
    inFolder((folder) => {
      const write = (name: string, method: string): void =>
        writeFileSync(
          path.join(folder, `${name}.yaml`),
          brief({ name }).replace(/^method: .*$/m, `method: [${method}]`),
        );
      const cut = "{ at: 5s, fault: network-loss, loss: 5%, from: primary of cart";
      const crash = "fault: host-power-loss, target: primary of cart";
      write("good", `${cut} }`);
      write("never", `${cut}, to: primary of cart }`);
      write("late", `{ at: 5s, ${crash} }, { at: 5001ms, ${crash} }`);
      expectRefusal(
        cachequake(["run", "good.yaml", "never.yaml"], folder),
        "never.yaml:24:78: method[0].to is",
      );
      expect(tree(folder)).not.toContain("reports");
      const { status, stderr } = cachequake(["run", "good.yaml", "late.yaml"], folder);
      expect(status).toBe(64);
      expect(stderr).toContain(
        "Cannot load scenario: late.yaml:24:117: method[1].target (host-power-loss of primary of cart/shard 1) hits nothing at 5.001 s",
      );
    }));

  test("two files that would write one report", () =>
    inFiles({ "a.yaml": brief(), "b.yaml": brief() }, (folder) => {
      expectRefusal(cachequake(["run", "a.yaml", "b.yaml"], folder), "b.yaml", "as in a.yaml");
    }));

  test("a scenario name that is a path, and a seed that is one", () =>
    inFiles(
      { "name.yaml": brief().replace("scenario: brief", "scenario: ../../etc"), "a.yaml": brief() },
      (folder) => {
        expectRefusal(cachequake(["run", "name.yaml"], folder), "name.yaml:");
        expectRefusal(cachequake(["run", "a.yaml", "--seed", "../../x"], folder), "../../x");
        expectRefusal(cachequake(["run", "a.yaml", "--seed="], folder));
      },
    ));

  test("a --set that is no path and value, or names an unknown word", () =>
    inFiles({ "a.yaml": brief() }, (folder) => {
      expectRefusal(cachequake(["run", "a.yaml", "--set", "duration"], folder), "--set");
      expectRefusal(
        cachequake(["run", "a.yaml", "--set", "duratoin=1m"], folder),
        "duratoin",
        "duration",
      );
      expectRefusal(cachequake(["run", "a.yaml", "--set", "__proto__.x=1"], folder), "__proto__");
      expectRefusal(cachequake(["run", "a.yaml", "--set", "duration=5"], folder), "duration");
    }));

  test("terminal escapes in what it quotes", () =>
    inFiles({ "a.yaml": brief().replace("duration: 20s", 'duration: "\\e[31mred"') }, (folder) => {
      const ended = cachequake(["run", "a.yaml"], folder);
      expectRefusal(ended, "red");
      expect(ended.stderr).not.toContain("\u001b");
    }));

  test.runIf(process.getuid?.() !== 0)("a file that it may not read", () =>
    inFiles({ "a.yaml": brief() }, (folder) => {
      chmodSync(path.join(folder, "a.yaml"), 0);
      expectRefusal(cachequake(["run", "a.yaml"], folder), "may not be read by this user");
    }),
  );
});

describe("cachequake validate", () => {
  test("says what can run, and runs nothing", () =>
    inFiles({ "a.yaml": brief() }, (folder) => {
      const { status, stdout, stderr } = cachequake(["validate", "a.yaml"], folder);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toBe("a.yaml: brief can run (2 nodes, 20s, seed 1, 1 expectation)\n");
    }));

  test("lists the problems as JSON", () =>
    inFiles(
      { "a.yaml": brief(), "b.yaml": brief().replace("duration: 20s", "duration: soon") },
      (folder) => {
        const { status, stdout } = cachequake(["validate", "a.yaml", "b.yaml", "--json"], folder);
        expect(status).toBe(64);
        expect(JSON.parse(stdout)).toMatchObject([
          { file: "a.yaml", ok: true, scenario: "brief", problems: [] },
          { file: "b.yaml", ok: false, problems: [{ path: "duration", line: 3, file: "b.yaml" }] },
        ]);
      },
    ));
});

describe("cachequake replay refuses", () => {
  test("what is not a result", () =>
    inFiles({ "no.json": "{", "other.json": '{"input":{"source":1}}' }, (folder) => {
      expectRefusal(cachequake(["replay", "none.json"], folder), "does not exist");
      expectRefusal(cachequake(["replay", "."], folder), "is a folder");
      expectRefusal(cachequake(["replay", "no.json"], folder), "is not JSON");
      expectRefusal(cachequake(["replay", "other.json"], folder), "has no usable input.source");
    }));

  test("a result whose scenario does not load", () =>
    inFolder((folder) => {
      const input = {
        source: "scenario: [",
        sets: [],
        seed: "1",
        tieBreak: "schedule",
        allowPlanted: false,
      };
      const result = { input, digest: "", behaviourDigest: "", checkpoints: [] };
      mkdirSync(path.join(folder, "x"));
      writeFileSync(path.join(folder, "x", "result.json"), JSON.stringify(result));
      expectRefusal(
        cachequake(["replay", "x/result.json"], folder),
        "Cannot replay x/result.json: the scenario it was made from does not load",
      );
    }));
});
