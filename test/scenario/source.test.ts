/** The text of a scenario: what is refused as YAML, and where every word stands. */
import { describe, expect, it } from "vitest";
import { ScenarioError, type ScenarioProblem } from "../../src/base/scenario-error.ts";
import { describePath, type Path, ScenarioSource } from "../../src/scenario/source.ts";

const parse = (text: string): ScenarioSource => ScenarioSource.parse(text, "x.yaml");

function problemsOf(text: string, file?: string): readonly ScenarioProblem[] {
  try {
    ScenarioSource.parse(text, file);
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems;
    throw error;
  }
  return [];
}

describe("describePath()", () => {
  it.each([
    [[], ""],
    [["method", 2, "at"], "method[2].at"],
    [["a", "b", 0, 1], "a.b[0][1]"],
    [[0, "a"], "[0].a"],
  ])("writes %j as people do", (path, text) => {
    expect(describePath(path as Path)).toBe(text);
  });
});

describe("ScenarioSource.parse()", () => {
  it("takes a map as plain data, aliases and merges resolved", () => {
    const text = "base: &b { x: 1, y: 2 }\nown: { <<: *b, y: 3 }\nsame: *b\n";
    expect(parse(text).data).toEqual({
      base: { x: 1, y: 2 },
      own: { x: 1, y: 3 },
      same: { x: 1, y: 2 },
    });
  });

  it.each([
    ["", "is empty", 1],
    ["null", "is empty", 1],
    ["[1]", "is a list", 1],
    ["5", "is a number", 1],
    ["text", "is a string", 1],
    ["a: 1\n---\nb: 2", "has 2 documents, the second of which begins here", 3],
  ])("refuses %j", (text, found, line) => {
    const [problem, ...others] = problemsOf(text, "x.yaml");
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ path: "", found, file: "x.yaml" });
    expect(problem?.line).toBe(line);
    expect(problem?.column).toBe(1);
    expect(problemsOf(text)[0]).not.toHaveProperty("file");
  });

  it("tells of tabs alone where there are some: what follows them is read as something else", () => {
    const text = "a:\n  b: 1\n\tc: [x: y: z\nd: 1";
    const problems = problemsOf(text, "x.yaml");
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ line: 3, column: 1 });
    expect(problems[0]?.found).toContain("Tabs are not allowed as indentation");
  });

  it("names what is no YAML by its place, without the place in the text of the library", () => {
    const text = "a: 1\nb: [1, 2\nc: 'x";
    const problems = problemsOf(text, "x.yaml");
    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems) {
      expect(problem).toMatchObject({ path: "", expected: "YAML 1.2", file: "x.yaml" });
      expect(problem.found).toMatch(/^is no valid YAML \([ -~]+\)$/);
      expect(problem.found).not.toMatch(/ at line|\n/);
      expect(problem.line).toBeGreaterThan(1);
      expect(problem.column).toBeGreaterThan(0);
    }
    expect(problemsOf(text)[0]).not.toHaveProperty("file");
    const warned = problemsOf("a: !strange 1");
    expect(warned[0]?.found).toContain("is no valid YAML");
  });

  it("keeps what is not plain ASCII, and what is long, out of its messages", () => {
    const [problem] = problemsOf(`a: !<\u202e${"x".repeat(300)}> 1`);
    expect(problem?.found).toMatch(/^[ -~]+$/);
    expect(problem?.found.length).toBeLessThanOrEqual("is no valid YAML ()".length + 160);
    const [twice] = problemsOf("'\u202e\u0007': 1\n'\u202e\u0007': 2");
    expect(twice?.found).toBe('has the key "??" twice in one map');
  });

  it("names each key that stands again in its map, at its place", () => {
    const text =
      "a: 1\nb: { c: 1, d: 2, c: 3 }\na: 2\ne: { a: 1 }\na: 3\nf: [{ g: 1 }, { g: 1, g: 2 }]\n";
    expect(problemsOf(text, "x.yaml")).toEqual(
      [
        ["a", 3, 1],
        ["a", 5, 1],
        ["c", 2, 18],
        ["g", 6, 23],
      ].map(([key, line, column]) => ({
        path: "",
        found: `has the key "${key}" twice in one map`,
        expected: "each key once",
        file: "x.yaml",
        line,
        column,
      })),
    );
    expect(problemsOf(text)[0]).not.toHaveProperty("file");
    expect(problemsOf("a: [1, { b: 1, b: 2 }]")).toHaveLength(1);
    expect(problemsOf("? [a]\n: 1\n? [a]\n: 2\nb: 1")).toEqual([]);
    expect(problemsOf("1: x\n'1': y")).toHaveLength(1);
    expect(problemsOf(Array.from({ length: 80 }, () => "k: 1\n").join(""))).toHaveLength(50);
  });

  it("takes a megabyte of text and no more", () => {
    const long = (length: number) => `a: ${"x".repeat(length - 3)}`;
    expect(problemsOf(long(1024 * 1024))).toEqual([]);
    expect(problemsOf(long(1024 * 1024 + 1))).toEqual([
      { path: "", found: "is 1048577 characters long", expected: "at most 1048576" },
    ]);
  });

  const deep = { path: "", found: "is nested too deeply", expected: "at most 60 levels" };
  it.each<[string, (depth: number) => string]>([
    ["lists", (depth) => `a: ${"[".repeat(depth)}${"]".repeat(depth)}`],
    ["maps", (depth) => `a: ${"{b: ".repeat(depth)}1${"}".repeat(depth)}`],
    ["lists on many lines", (depth) => `a: ${"[\n ".repeat(depth)}${"]\n ".repeat(depth)}`],
    ["dashes", (depth) => `a:\n${"- ".repeat(depth)}1`],
    ["dashes behind blanks", (depth) => `a:\n  ${"-  ".repeat(depth)}1`],
    [
      "indentation",
      (depth) => Array.from({ length: depth + 1 }, (_, i) => `${"    ".repeat(i)}a:`).join("\n"),
    ],
  ])("takes sixty levels of %s and no more", (_, nest) => {
    expect(problemsOf(nest(60))).toEqual([]);
    expect(problemsOf(nest(61))).toEqual([deep]);
  });

  it("counts what is open at one time, not how often something opens", () => {
    expect(problemsOf(`a: [${"[1], {b: 1}, ".repeat(100)}]`)).toEqual([]);
    expect(problemsOf(`a: "]]]}}}"\nb: ${"[".repeat(60)}${"]".repeat(60)}`)).toEqual([]);
    expect(problemsOf(`a: "]]]}}}"\nb: ${"[".repeat(61)}${"]".repeat(61)}`)).toEqual([deep]);
    expect(problemsOf(`a: ${"-".repeat(200)}\nb: "- - - - ${"- ".repeat(99)}"`)).toEqual([]);
    expect(problemsOf(`#${"- ".repeat(99)}\na: 1`)).toEqual([]);
  });

  it("takes a hundred uses of anchors and no bomb", () => {
    expect(problemsOf(`a: &a [1, 2]\nb: [${Array(90).fill("*a").join(", ")}]`)).toEqual([]);
    const level = (name: string, of: string) =>
      `${name}: &${name} [${Array(12).fill(of).join(", ")}]`;
    const bomb = [level("a", "1"), level("b", "*a"), level("c", "*b"), level("d", "*c")].join("\n");
    const [problem] = problemsOf(bomb, "x.yaml");
    expect(problem).toMatchObject({
      expected: "at most 100 uses of anchors, of which this is the last",
      file: "x.yaml",
      line: 4,
      column: 8 + 11 * 4,
    });
    expect(problem?.found).toMatch(/^cannot be expanded \(Excessive alias count/);
  });
});

describe("ScenarioSource places", () => {
  const text = [
    "# A story,",
    "#   told twice.",
    "# yaml-language-server: $schema=x",
    "",
    "seed: 007",
    "name: 'x'",
    "base: &base { at: 5 }",
    "list:",
    "  - { at: 1 }",
    "  - <<: *base",
    "    own: 2",
    "  - <<: [{ at: 7 }, *base]",
    "alias: *base",
    "none:",
  ].join("\n");
  const source = () => parse(text);
  /** Where a text stands, from its first character. */
  const placeOf = (part: string, from = 0) => {
    const at = text.indexOf(part, from);
    const before = text.slice(0, at).split("\n");
    return { line: before.length, column: (before.at(-1) as string).length + 1 };
  };

  it.each<[Path, "key" | "value", string]>([
    [["seed"], "value", "007"],
    [["seed"], "key", "seed"],
    [["list", 0], "value", "{ at: 1 }"],
    [["list", 0, "at"], "value", "1 }"],
    [["list", 0, "at"], "key", "at: 1"],
    [["list", 1, "own"], "key", "own"],
    [["list", 1, "at"], "value", "5 }"],
    [["list", 2, "at"], "value", "7 }"],
    [["alias", "at"], "value", "5 }"],
    [["alias"], "value", "*base\nnone"],
  ])("finds %j, its %s", (path, of, part) => {
    expect(source().positionOf(path, of)).toEqual(placeOf(part));
  });

  it("falls back to what is nearest: the holder of what is not there, the key of what is empty", () => {
    expect(source().positionOf(["list", 0, "gone", "deeper"], "key")).toEqual(placeOf("{ at: 1 }"));
    expect(source().positionOf(["list", 9, "at"], "value")).toEqual(placeOf("- { at: 1 }"));
    expect(source().positionOf(["list", "at"], "value")).toEqual(placeOf("- { at: 1 }"));
    expect(source().positionOf(["seed", "x"], "value")).toEqual(placeOf("007"));
    expect(source().positionOf(["seed", 0], "value")).toEqual(placeOf("007"));
    expect(source().positionOf(["nowhere"], "key")).toEqual(placeOf("seed"));
    expect(source().positionOf(["at"], "value")).toEqual(placeOf("seed"));
    expect(source().positionOf([], "value")).toEqual(placeOf("seed"));
    expect(source().positionOf(["none"], "key")).toEqual(placeOf("none"));
    expect(source().positionOf(["none"], "value")?.line).toBe(14);
  });

  it("looks for what is merged in each map of a list, and only in what is merged", () => {
    const merged = parse("a: &a { x: 1 }\nb: &b { y: 2 }\nc:\n  <<: [*a, *b]\n  d: { z: 3 }\n");
    expect(merged.positionOf(["c", "y"], "value")).toEqual({ line: 2, column: 12 });
    expect(merged.positionOf(["c", "z"], "value")).toEqual({ line: 4, column: 3 });
  });

  it("gives a key that is a list no place of its own", () => {
    const listed = parse("? [a]\n: 1\nb: 2");
    expect(listed.positionOf(["undefined"], "value")).toEqual({ line: 1, column: 1 });
    expect(listed.positionOf(["b"], "value")).toEqual({ line: 3, column: 4 });
  });

  it("textOf() answers a scalar as it was written, there or at its anchor", () => {
    expect(source().textOf(["seed"])).toBe("007");
    expect(source().textOf(["name"])).toBe("x");
    expect(source().textOf(["list", 0, "at"])).toBe("1");
    expect(parse("a: &a 007\nb: *a").textOf(["b"])).toBe("007");
    for (const path of [["list"], ["gone"], ["list", 0], ["seed", "x"], ["alias"]])
      expect(source().textOf(path)).toBe(undefined);
  });

  it("story() is the comment at the top as one paragraph, without what is for editors", () => {
    expect(source().story()).toBe("A story, told twice.");
    expect(parse("# One.\n\n# Two.\na: 1").story()).toBe("One. Two.");
    expect(parse("# Close.\na: 1\n# Later.\nb: 2").story()).toBe("Close.");
    expect(parse("---\n# Within.\na: 1").story()).toBe("Within.");
    expect(parse("a: 1").story()).toBe("");
    expect(parse("{}").story()).toBe("");
  });
});
