import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { CommandError } from "../../src/cli/command-error.ts";
import { EXIT } from "../../src/cli/exit-code.ts";
import { initCommand } from "../../src/cli/init-command.ts";
import { KINDS, type Kind } from "../../src/cli/starter-scenario.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import { run } from "../../src/run/simulation.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { inFolder } from "../e2e/cachequake.ts";

const printed: string[] = [];
const terminal: Terminal = {
  out: (text) => printed.push(text),
  err: () => undefined,
  progress: () => undefined,
  color: false,
  width: 80,
};

describe("initCommand()", () => {
  test.each(Object.keys(KINDS) as Kind[])("%s: what it writes loads, runs and holds", (kind) =>
    inFolder((cwd) => {
      expect(initCommand({ cwd, name: "start", kind }, terminal)).toBe(EXIT.pass);
      expect(printed.at(-1)).toContain("cachequake run start.yaml");
      const source = readFileSync(path.join(cwd, "start.yaml"), "utf8");
      const schema = /\$schema=(\S+)/.exec(source)?.[1] as string;
      expect(existsSync(path.resolve(cwd, schema))).toBe(true);
      const result = run(loadScenario(source), { source, sets: [], allowPlanted: false });
      expect(result.verdict).toBe("pass");
      expect(result.story.length).toBeGreaterThan(40);
    }),
  );

  test("leaves a file alone that is there, and refuses names that are no slug", () =>
    inFolder((cwd) => {
      const attempt = (name: string): number => {
        try {
          return initCommand({ cwd, name, kind: "cluster" }, terminal);
        } catch (error) {
          if (!(error instanceof CommandError)) throw error;
          return error.exitCode;
        }
      };
      expect(attempt("start")).toBe(EXIT.pass);
      const before = readFileSync(path.join(cwd, "start.yaml"), "utf8");
      expect(attempt("start")).toBe(EXIT.cannotWrite);
      expect(readFileSync(path.join(cwd, "start.yaml"), "utf8")).toBe(before);
      for (const name of ["../up", "A", "", "a/b", "x".repeat(65), ".hidden"])
        expect(attempt(name), name).toBe(EXIT.badInput);
    }));
});
