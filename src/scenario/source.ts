/** The text of a scenario: YAML to plain data, with the place of every word. */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar,
  visit,
  type YAMLMap,
} from "yaml";
import { ScenarioError, type ScenarioProblem } from "../base/scenario-error.ts";

export type Path = readonly (string | number)[];

/** Line and column, from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** `method[2].at` */
export function describePath(path: Path): string {
  return path
    .map((part, i) => (typeof part === "number" ? `[${part}]` : i === 0 ? part : `.${part}`))
    .join("");
}

function lastAlias(document: Document): Alias | null {
  let last: Alias | null = null;
  visit(document, {
    Alias(_, node) {
      last = node;
    },
  });
  return last;
}

const BYTES_MAX = 1024 * 1024;
const DEPTH_MAX = 60;
const ALIASES_MAX = 100;
const PROBLEMS_MAX = 50;
const MERGE = "<<";

export class ScenarioSource {
  private constructor(
    readonly data: Record<string, unknown>,
    private readonly document: Document,
    private readonly lines: LineCounter,
  ) {}

  /** @throws ScenarioError where the text is no YAML map */
  static parse(text: string, file: string | undefined): ScenarioSource {
    const at = (found: string, expected: string, position?: Position): ScenarioError => {
      const where = { ...(file === undefined ? {} : { file }), ...position };
      return new ScenarioError([{ path: "", found, expected, ...where }]);
    };
    if (text.length > BYTES_MAX)
      throw at(`is ${text.length} characters long`, `at most ${BYTES_MAX}`);
    if (nesting(text) > DEPTH_MAX) throw at("is nested too deeply", `at most ${DEPTH_MAX} levels`);
    const lines = new LineCounter();
    let documents: Document[];
    try {
      documents = [
        ...parseAllDocuments(text, {
          lineCounter: lines,
          merge: true,
          uniqueKeys: false, // the library compares all with all; see `repeatedKeys`
          logLevel: "silent",
          prettyErrors: false, // they would quote the text, line by line
        }),
      ] as Document[];
    } catch {
      throw at("cannot be read as YAML", "a YAML map");
    }
    const start = { line: 1, column: 1 };
    const empty = (): ScenarioError =>
      at("is empty", "a YAML map with scenario:, duration:, regions:, caches: and traffic:", start);
    const [document] = documents;
    if (document === undefined) throw empty();
    const place = (node: Node | null | undefined): Position => {
      const { line, col } = lines.linePos(node?.range?.[0] ?? 0);
      return { line, column: col };
    };
    const [, second] = documents;
    if (second !== undefined)
      throw at(
        `has ${documents.length} documents, the second of which begins here`,
        "one",
        place(second.contents as Node | null),
      );
    const errors = [...document.errors, ...document.warnings];
    // What follows a tab is read as something else than was meant.
    const tabs = errors.filter(({ code }) => code === "TAB_AS_INDENT");
    const problems = (tabs.length > 0 ? tabs : errors).map((error): ScenarioProblem => {
      const position = lines.linePos(error.pos[0]);
      const said = error.message.split("\n")[0] as string;
      return {
        path: "",
        found: `is no valid YAML (${plain(said)})`,
        expected: "YAML 1.2",
        ...(file === undefined ? {} : { file }),
        line: position.line,
        column: position.col,
      };
    });
    for (const repeated of repeatedKeys(document)) {
      const { line, col } = lines.linePos(repeated.range?.[0] ?? 0);
      problems.push({
        path: "",
        found: `has the key "${plain(String(repeated.value))}" twice in one map`,
        expected: "each key once",
        ...(file === undefined ? {} : { file }),
        line,
        column: col,
      });
    }
    if (problems.length > 0) throw new ScenarioError(problems.slice(0, PROBLEMS_MAX));
    let data: unknown;
    try {
      data = document.toJS({ maxAliasCount: ALIASES_MAX });
    } catch (error) {
      throw at(
        `cannot be expanded (${plain(error instanceof Error ? error.message : "unknown")})`,
        `at most ${ALIASES_MAX} uses of anchors, of which this is the last`,
        place(lastAlias(document)),
      );
    }
    if (data === null) throw empty();
    if (typeof data !== "object" || Array.isArray(data))
      throw at(`is a ${Array.isArray(data) ? "list" : typeof data}`, "a YAML map", start);
    return new ScenarioSource(data as Record<string, unknown>, document, lines);
  }

  /** Text of a scalar as written, there or at its anchor, so that 007 stays 007; undefined when there is none. */
  textOf(path: Path): string | undefined {
    const node = this.follow(this.find(path).value);
    return isScalar(node) ? (node.source ?? String(node.value)) : undefined;
  }

  /** Place of a value, or of its key; of the nearest thing that exists. */
  positionOf(path: Path, of: "key" | "value"): Position | undefined {
    const { pair, value } = this.find(path);
    const key = (pair?.key ?? null) as Node | null;
    const node = (of === "key" ? (key ?? value) : value) ?? key;
    const start = node?.range?.[0];
    if (start === undefined)
      return path.length === 0 ? undefined : this.positionOf(path.slice(0, -1), "value");
    const { line, col } = this.lines.linePos(start);
    return { line, column: col };
  }

  /** Comment lines before the first word, as one paragraph; a comment for editors is no part of it. */
  story(): string {
    const { contents } = this.document;
    const first = isMap(contents) ? (contents.items[0]?.key as Node | undefined) : undefined;
    const comment =
      this.document.commentBefore ?? contents?.commentBefore ?? first?.commentBefore ?? "";
    const lines = comment.split("\n").map((line) => line.trim());
    return lines
      .filter((line) => line !== "" && !line.startsWith("yaml-language-server:"))
      .join(" ");
  }

  private find(path: Path): { pair: Pair | null; value: Node | null } {
    let node = this.document.contents as Node | null;
    let pair: Pair | null = null;
    for (const part of path) {
      const target = this.follow(node);
      pair = isMap(target) ? this.pairOf(target, String(part)) : null;
      const item = isSeq(target) && typeof part === "number" ? target.items[part] : pair?.value;
      node = (item ?? null) as Node | null;
    }
    return { pair, value: node };
  }

  private follow(node: Node | null): Node | null {
    return isAlias(node) ? ((node as Alias).resolve(this.document) ?? null) : node;
  }

  /** The pair of a key: its own, or one that is merged in. */
  private pairOf(map: YAMLMap, key: string): Pair | null {
    for (const pair of map.items) if (keyText(pair) === key) return pair;
    for (const pair of map.items) {
      if (keyText(pair) !== MERGE) continue;
      const merged = this.follow(pair.value as Node | null);
      const maps = isSeq(merged) ? merged.items.map((item) => this.follow(item as Node)) : [merged];
      for (const candidate of maps) {
        const found = isMap(candidate) ? this.pairOf(candidate, key) : null;
        if (found !== null) return found;
      }
    }
    return null;
  }
}

/** Keys of a map that stand in it before, in order of the text. Aliases are not followed. */
function repeatedKeys(document: Document): Scalar[] {
  const repeated: Scalar[] = [];
  const look = (node: unknown): void => {
    if (isSeq(node)) for (const item of node.items) look(item);
    if (!isMap(node)) return;
    const seen = new Set<string>();
    for (const pair of node.items) {
      if (!isScalar(pair.key)) continue;
      const text = keyText(pair);
      if (seen.has(text)) repeated.push(pair.key);
      seen.add(text);
    }
    for (const { key, value } of node.items) {
      look(key);
      look(value);
    }
  };
  look(document.contents);
  return repeated;
}

const keyText = (pair: Pair): string => {
  const { key } = pair;
  if (!isScalar(key)) return String(key);
  return typeof key.value === "symbol" ? MERGE : String(key.value);
};

/** Printable ASCII only. */
const plain = (text: string): string => text.replace(/[^\x20-\x7e]/g, "?").slice(0, 160);

/** How deep flow collections and indentation may nest, about: a guard before a recursive parser. */
function nesting(text: string): number {
  let deepest = 0;
  let flow = 0;
  for (const line of text.split("\n")) {
    const indent = line.length - line.trimStart().length;
    const dashes = /^(?:\s*-\s)+/.exec(line)?.[0].replace(/[^-]/g, "").length ?? 0;
    for (const character of line) {
      if (character === "[" || character === "{") flow++;
      else if ((character === "]" || character === "}") && flow > 0) flow--;
      deepest = Math.max(deepest, flow);
    }
    deepest = Math.max(deepest, Math.floor(indent / 4) + dashes);
  }
  return deepest;
}
