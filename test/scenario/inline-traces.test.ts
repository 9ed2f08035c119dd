/** CSV files that a scenario names become part of its text. */
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ScenarioError } from "../../src/base/scenario-error.ts";
import { inlineTraces, TRACE_BYTES_MAX, type TraceFile } from "../../src/scenario/inline-traces.ts";

const CSV = "time,key,op\n0,a,get\n1,b,set\n";

/** Reads files by name, and keeps which were asked for. */
function reading(files: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const read = (path: string): TraceFile => {
    asked.push(path);
    const text = files[path];
    return text === undefined
      ? { file: path, unreadable: { found: "is not there", expected: "a file" } }
      : { file: path, text };
  };
  return { asked, read };
}

const inlinedOf = (text: string): unknown =>
  parse(inlineTraces(text, reading({ "a.csv": CSV, "b.csv": CSV }).read));

/** The problems with which a text is refused. */
function problemsOf(text: string, read: (path: string) => TraceFile) {
  try {
    inlineTraces(text, read);
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems;
    throw error;
  }
  return [];
}

describe("inlineTraces()", () => {
  it("puts each file in the place of its name, and leaves other lines as they are", () => {
    const text =
      "traffic:\n  one: { trace: { csv: a.csv } } # the first\n  two:\n    trace:\n      csv: 'b.csv'\n      loop: true\nexpect: []\n";
    const { asked, read } = reading({ "a.csv": CSV, "b.csv": CSV.replace("a", "c") });
    const inlined = inlineTraces(text, read);
    expect(asked).toEqual(["a.csv", "b.csv"]);
    expect(inlined).toBe(
      text
        .replace("a.csv", JSON.stringify(CSV))
        .replace("'b.csv'", JSON.stringify(CSV.replace("a", "c"))),
    );
  });

  it("ends a file with a line break, once", () => {
    const text = "traffic: { one: { trace: { csv: a.csv } } }";
    for (const csv of [CSV, CSV.trimEnd()]) {
      const inlined = inlineTraces(text, reading({ "a.csv": csv }).read);
      expect(parse(inlined)).toEqual({ traffic: { one: { trace: { csv: CSV } } } });
    }
  });

  it("replaces a name that an alias repeats once", () => {
    const text = "traffic:\n  one: &a { trace: { csv: a.csv } }\n  two: *a\n";
    expect(inlinedOf(text)).toEqual({
      traffic: { one: { trace: { csv: CSV } }, two: { trace: { csv: CSV } } },
    });
  });

  it.each([
    ["a text without a trace", "traffic: { one: { cache: a } }\n"],
    ["a text that is no YAML", "traffic: { one: { trace: { csv: a.csv } }\n"],
    ["no map", "- trace\n"],
    ["nothing", "null # trace\n"],
    ["nothing but a word", "trace\n"],
    ["traffic that is null", "traffic: null # trace\n"],
    ["traffic that is a number", "traffic: 3 # trace\n"],
    ["a source without a trace", "traffic: { trace: 3, two: { trace: [a.csv] } }\n"],
    ["a file that is a number", "traffic: { one: { trace: { csv: 3 } } }\n"],
    ["what is in the text already", 'traffic: { one: { trace: { csv: "time,key\\n0,a\\n" } } }\n'],
  ])("hands back %s as it is, and reads nothing", (_, text) => {
    const { asked, read } = reading({ "a.csv": CSV });
    expect(inlineTraces(text, read)).toBe(text);
    expect(asked).toEqual([]);
  });

  it("tells what cannot be read, of every source, with a line where one is known", () => {
    const text = "traffic: { one: { trace: { csv: a.csv } }, two: { trace: { csv: b.csv } } }\n";
    const read = (file: string): TraceFile => ({
      file,
      unreadable: {
        found: "is too large",
        expected: "less",
        ...(file === "b.csv" ? { line: 7 } : {}),
      },
    });
    expect(problemsOf(text, read)).toEqual([
      { path: "", file: "a.csv", found: "is too large", expected: "less" },
      { path: "", file: "b.csv", found: "is too large", expected: "less", line: 7, column: 1 },
    ]);
  });

  it("tells where a trace is wrong, in its own file and line", () => {
    const text = "traffic: { one: { trace: { csv: a.csv } } }\n";
    const { read } = reading({ "a.csv": "time,key,op\n0,a,get\nsoon,b,get\n" });
    const [problem, ...others] = problemsOf(text, read);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      path: "traffic.one.trace",
      file: "a.csv",
      line: 3,
      column: 1,
    });
    expect(problem?.found).toContain("soon");
  });

  it("takes a trace of three quarters of a MiB", () => {
    expect(TRACE_BYTES_MAX).toBe(786_432);
  });
});
