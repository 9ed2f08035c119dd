/** The blocks of a Markdown file that a reader would type or copy. */

export interface Block {
  readonly language: "sh" | "yaml";
  /** Line of the block's first line of text, from 1. */
  readonly line: number;
  readonly text: string;
}

export interface ShellCommand {
  readonly line: number;
  readonly command: string;
  /** The lines quoted after it; empty where nothing is quoted. */
  readonly output: readonly string[];
}

const FENCE = /^(\s*)(```+)\s*(\S*)/;

/** Fenced blocks marked `sh` or `yaml`. Other languages, and blocks without one, are the writer's own affair. */
export function readBlocks(markdown: string): Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split("\n");
  for (let at = 0; at < lines.length; at++) {
    const open = FENCE.exec(lines[at] ?? "");
    if (open === null) continue;
    const [, indent = "", fence = "", language = ""] = open;
    const start = at + 1;
    at = start;
    while (at < lines.length && lines[at]?.trim() !== fence) at++;
    const text = lines.slice(start, at).map((line) => withoutIndent(line, indent));
    if (language === "sh" || language === "yaml") {
      blocks.push({ language, line: start + 1, text: text.join("\n") });
    }
  }
  return blocks;
}

const withoutIndent = (line: string, indent: string): string =>
  line.startsWith(indent) ? line.slice(indent.length) : line;

/** Commands of a `sh` block: lines that begin with `$ `, continued after a backslash, each with its quoted output. */
export function readCommands(block: Block): ShellCommand[] {
  const commands: { line: number; command: string; output: string[] }[] = [];
  let continued = false;
  for (const [at, line] of block.text.split("\n").entries()) {
    const last = commands.at(-1);
    if (line.startsWith("$ ")) {
      commands.push({ line: block.line + at, command: line.slice(2), output: [] });
    } else if (last !== undefined && continued) last.command += `\n${line}`;
    else if (last !== undefined) last.output.push(line);
    continued = line.endsWith("\\") && (line.startsWith("$ ") || continued);
  }
  return commands.map(({ output, ...rest }) => ({ ...rest, output: withoutBlankEnd(output) }));
}

/** Whether a line `...` of `quoted` can stand for any lines so that it equals `actual`. Trailing blanks do not count. */
export function matchesOutput(quoted: readonly string[], actual: readonly string[]): boolean {
  const wanted = quoted.map((line) => line.trimEnd());
  const seen = actual.map((line) => line.trimEnd());
  const match = (from: number, at: number): boolean => {
    if (from === wanted.length) return at === seen.length;
    if (wanted[from] === "...") {
      return (
        seen.slice(at).some((_, skip) => match(from + 1, at + skip)) || match(from + 1, seen.length)
      );
    }
    return at < seen.length && seen[at] === wanted[from] && match(from + 1, at + 1);
  };
  return match(0, 0);
}

export function withoutBlankEnd(lines: readonly string[]): readonly string[] {
  const end = lines.findLastIndex((line) => line.trim() !== "");
  return lines.slice(0, end + 1);
}

/** The name that a `yaml` block asks to be saved under: `# file: NAME.yaml` in its first line. */
export function fileNameOf(block: Block): string | null {
  return /^#\s*file:\s*([\w.-]+\.ya?ml)\s*$/.exec(block.text.split("\n")[0] ?? "")?.[1] ?? null;
}

/** A `yaml` block that is a part of a scenario: `# fragment` in its first line. */
export const isFragment = (block: Block): boolean =>
  /^#\s*fragment\b/.test(block.text.split("\n")[0] ?? "");
