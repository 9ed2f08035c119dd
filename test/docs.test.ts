/**
 * Every command and every scenario in the documents works, and prints what the document says it prints.
 *
 * - In a `sh` block, a line that begins with `$ ` is run; the lines up to the next such line are its output, in which a
 *   line `...` stands for any lines. A command without quoted output must end with exit code 0.
 * - A `sh` block without `$ ` is for the reader alone and may hold npm commands of this package only.
 * - A `yaml` block that begins with `# file: NAME.yaml` is saved for the commands after it; any other is run. One that
 *   begins with `# fragment` is a part of a scenario: it takes the place of that part of `ground.yaml`.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { run } from "../src/run/simulation.ts";
import { loadScenario } from "../src/scenario/load.ts";
import { root } from "./architecture/project.ts";
import {
  type Block,
  fileNameOf,
  isFragment,
  matchesOutput,
  readBlocks,
  readCommands,
  withoutBlankEnd,
} from "./docs/markdown.ts";
import { openWorkshop, type Workshop } from "./docs/workshop.ts";

const docs = path.join(root, "docs");

const documents = readdirSync(root)
  .concat(existsSync(docs) ? readdirSync(docs).map((name) => path.join("docs", name)) : [])
  .concat(["reports/README.md", "examples/vitest/README.md"])
  .filter((name) => name.endsWith(".md"));

describe("documents", () => {
  test("include the README", () => {
    expect(documents).toContain("README.md");
  });

  test.each(documents)(
    "%s: its commands print what it quotes, its scenarios load",
    (document) => {
      const workshop = openWorkshop();
      try {
        const text = readFileSync(path.join(root, document), "utf8");
        for (const block of readBlocks(text)) checkBlock(document, block, workshop);
      } finally {
        workshop.remove();
      }
    },
    240_000,
  );
});

function checkBlock(document: string, block: Block, workshop: Workshop): void {
  const where = `${document}:${block.line}`;
  if (block.language === "sh") {
    const commands = readCommands(block);
    if (commands.length === 0) checkForReader(where, block);
    for (const { line, command, output } of commands) {
      const { status, lines } = workshop.run(command);
      const actual = withoutBlankEnd(lines);
      if (output.length === 0) expect(status, `${document}:${line}: ${lines.join("\n")}`).toBe(0);
      else if (!matchesOutput(output, actual)) {
        expect(actual.join("\n"), `${document}:${line}: ${command}`).toBe(output.join("\n"));
      }
    }
    return;
  }
  const name = fileNameOf(block);
  if (name !== null) workshop.write(name, `${block.text}\n`);
  else runs(where, isFragment(block) ? onGround(block.text) : block.text);
}

function runs(where: string, source: string): void {
  const resolved = loadScenario(source, { file: where });
  const { invariants } = run(resolved, { source, sets: [], allowPlanted: false });
  expect(
    invariants.filter(({ verdict }) => verdict === "fail"),
    where,
  ).toEqual([]);
}

/** A scenario in which a part is replaced. */
function onGround(part: string): string {
  const ground = readFileSync(path.join(root, "test/docs/ground.yaml"), "utf8");
  return stringify({ ...parse(ground), ...parse(part) });
}

const NPM = /^npm (ci|cit|start|test|run (?<script>[\w:]+))\b/;

function checkForReader(where: string, block: Block): void {
  const { scripts } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  for (const line of block.text.split("\n")) {
    for (const command of line.replace(/#.*/, "").split("&&")) {
      if (command.trim() === "") continue;
      const found = NPM.exec(command.trim());
      expect(found, `${where}: "${command.trim()}" needs a "$ " to be run`).not.toBeNull();
      const script = found?.groups?.["script"];
      if (script !== undefined) expect(Object.keys(scripts), where).toContain(script);
    }
  }
}

describe("the reader of documents", () => {
  test("finds blocks, commands with their output, and continued lines", () => {
    const blocks = readBlocks(
      [
        "text",
        "```sh",
        "$ one \\",
        "  two",
        "out",
        "",
        "$ three",
        "```",
        "```",
        "$ four",
        "```",
      ].join("\n"),
    );
    expect(blocks).toHaveLength(1);
    expect(blocks.flatMap(readCommands)).toEqual([
      { line: 3, command: "one \\\n  two", output: ["out"] },
      { line: 7, command: "three", output: [] },
    ]);
  });

  test("finds the name of a file and the mark of a fragment", () => {
    const [file, fragment] = readBlocks(
      "```yaml\n# file: a.yaml\nx: 1\n```\n```yaml\n# fragment\nx: 1\n```",
    );
    expect(fileNameOf(file as Block)).toBe("a.yaml");
    expect(isFragment(fragment as Block)).toBe(true);
    expect(isFragment(file as Block)).toBe(false);
  });

  test.each([
    [["a"], ["a"], true],
    [["a"], ["b"], false],
    [["a", "..."], ["a"], true],
    [["a", "..."], ["a", "b", "c"], true],
    [["...", "c"], ["a", "b", "c"], true],
    [["a", "...", "c"], ["a", "b"], false],
    [["a", "...", "c", "...", "e"], ["a", "c", "d", "c", "e"], true],
    [["a"], ["a", "b"], false],
    [["a  "], ["a"], true],
  ])("matches %j against %j: %s", (quoted, actual, same) => {
    expect(matchesOutput(quoted, actual)).toBe(same);
  });
});
