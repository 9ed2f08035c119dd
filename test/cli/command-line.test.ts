import { describe, expect, test } from "vitest";
import { CommandError } from "../../src/cli/command-error.ts";
import { runCommandLine } from "../../src/cli/command-line.ts";
import { EXIT, type ExitCode } from "../../src/cli/exit-code.ts";
import type { Terminal } from "../../src/cli/terminal.ts";

interface Outcome {
  readonly code: ExitCode;
  readonly out: string;
  readonly error: string;
}

async function type(...words: string[]): Promise<Outcome> {
  const written = { out: "", error: "" };
  const terminal: Terminal = {
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.error += text;
    },
    progress: () => undefined,
    color: false,
    width: 80,
  };
  try {
    const code = await runCommandLine(words, { terminal, cwd: process.cwd() });
    return { code, ...written };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { code: error.exitCode, out: written.out, error: error.message };
  }
}

describe("runCommandLine()", () => {
  test.each([
    [
      [],
      "no command is given, expected run, validate, replay, explore, fuzz, twin, check-history, list, init, schema, completion, demo or verify",
    ],
    [
      ["rn"],
      'the command is "rn", expected run, validate, replay, explore, fuzz, twin, check-history, list, init, schema, completion, demo or verify (did you mean "run"?)',
    ],
    [["run"], "an argument is missing, expected cachequake run <files..>"],
    [["run", "a", "--sed", "1"], '"sed" is not known here (did you mean "--seed"?)'],
    [
      ["run", "a", "--allow-plantd"],
      '"allow-plantd" is not known here (did you mean "--allow-planted"?)',
    ],
    [["run", "a", "--seed"], "--seed has no value"],
    [["run", "a", "--seed", "1", "--seed", "2"], "--seed is given 2 times, expected once"],
    [["run", "a", "--out", "x", "--out", "y"], "--out is given 2 times, expected once"],
    [["run", "a", "--max-events", "1e6"], '--max-events is "1e6", expected a whole number from 1'],
    [["run", "a", "--max-events", "0"], '--max-events is "0", expected a whole number from 1'],
    [["list", "fault"], 'what is "fault"'],
    [["list", "fault"], '(did you mean "faults"?)'],
    [["schema", "results"], '(did you mean "result"?)'],
    [["schema", "result", "more"], '"more" is not known here'],
    // Other commands know it: it is not what was meant.
    [["demo", "--seed", "1"], '"seed" is not known here\n'],
  ])("%j is refused: %s", async (words, message) => {
    const { code, out, error } = await type(...words);
    expect(code).toBe(EXIT.badInput);
    expect(error).toContain(`Cannot read the command line: `);
    expect(error).toContain(message);
    expect(error).toMatch(/\nSee: cachequake .*--help$/);
    expect(out).toBe("");
  });

  test("--version is the package's", async () => {
    expect(await type("--version")).toMatchObject({
      code: EXIT.pass,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  test.each(["run", "validate", "replay", "list", "schema", "demo"])(
    "--help names %s, and %s has a help of its own that fits 90 columns",
    async (command) => {
      const general = await type("--help");
      const own = await type(command, "--help");
      expect(general.out).toContain(`cachequake ${command}`);
      expect(own.out).toContain(`cachequake ${command}`);
      for (const line of `${general.out}${own.out}`.split("\n"))
        expect(line.length).toBeLessThanOrEqual(90);
    },
  );

  test.each([
    [["ru"], ["run"]],
    [["run", "az-power-loss-"], ["az-power-loss-cluster-mode-disabled"]],
    [["run", "x", "--max-e"], ["--max-events"]],
    [["list", "f"], ["faults"]],
    [["init", "--k"], ["--kind"]],
    [
      ["completion", ""],
      ["bash", "zsh"],
    ],
    [["nonsense", ""], []],
  ])("completes %j", async (words, expected) => {
    const { code, out } = await type("--get-completions", ...words);
    expect(code).toBe(EXIT.pass);
    expect(out.split("\n").filter((line) => line !== "")).toEqual(expected);
  });

  test("completes every command, and prints a script for each shell", async () => {
    const { out } = await type("--get-completions", "");
    expect(out.trim().split("\n")).toContain("init");
    for (const shell of ["bash", "zsh"])
      expect((await type("completion", shell)).out).toContain("cachequake --get-completions");
    expect((await type("completion", "fish")).code).toBe(EXIT.badInput);
  });
});
