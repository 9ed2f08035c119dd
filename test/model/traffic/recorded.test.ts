import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { readerBeside } from "../../../src/cli/load-jobs.ts";
import { parseKeyTrace } from "../../../src/model/traffic/key-trace.ts";
import type { Result } from "../../../src/run/result.ts";
import { open, run } from "../../../src/run/simulation.ts";
import { inlineTraces } from "../../../src/scenario/inline-traces.ts";
import { loadScenario } from "../../../src/scenario/load.ts";

const CSV = `time,key,op,size,ttl
0.5,a,set,1KB,2s
1,b,get,300,
1250ms,a,GET,1KB,2s
4,a,get,1KB,2s
`;

const scenario = (trace: string, more = ""): string => `scenario: traced
seed: 1
duration: 20s
regions: { us-east-1: { zones: 2 } }
caches:
  cart: { type: self-managed, region: us-east-1, engine: redis, engineVersion: "7.0", memory: 20MB, replicas: 1 }
traffic:
  shop:
    cache: cart
    trace: ${trace}
${more}`;

const inline = (atEnd: string, csv = CSV): string =>
  scenario(`{ atEnd: ${atEnd}, csv: ${JSON.stringify(csv)} }`);

interface Row {
  readonly at: number;
  readonly key: number;
  readonly command: number;
  readonly hit: number;
}

function rowsOf(text: string): Row[] {
  const rows: Row[] = [];
  const simulation = open(loadScenario(text));
  simulation.journal.subscribe({
    operations: ({ count, arrivedAt, key, command, hit }) => {
      for (let i = 0; i < count; i++)
        rows.push({
          at: (arrivedAt[i] as number) / 1e9,
          key: key[i] as number,
          command: command[i] as number,
          hit: hit[i] as number,
        });
    },
  });
  simulation.runUntil(20e9);
  simulation.journal.flush();
  return rows;
}

describe("parseKeyTrace()", () => {
  it("reads times, keys in order of appearance, operations, sizes and TTLs", () => {
    expect(parseKeyTrace(CSV)).toEqual({
      atNs: [0.5e9, 1e9, 1.25e9, 4e9],
      keys: [0, 1, 0, 0],
      sets: [1, 0, 0, 0],
      valueBytes: [1000, 300, 1000, 1000],
      ttlNs: [2e9, 0, 2e9, 2e9],
      keyCount: 2,
    });
  });

  it("takes columns in any order, CRLF, and files without size and ttl", () => {
    expect(parseKeyTrace("op,time,key\r\nset,1,x\r\n")).toMatchObject({
      sets: [1],
      valueBytes: [100],
      ttlNs: [0],
    });
  });

  it.each([
    ["", 1, 'is ""', /header: time,key,op,size,ttl/],
    ["time,key\n1,a\n", 1, 'is "time,key"', /header/],
    ["time,key,op,colour\n1,a,get,red\n", 1, 'is "time,key,op,colour"', /header/],
    ["time,key,op\n", 1, "has 0 rows", /1 to 50000 rows/],
    ["time,key,op\n1,a,get\nsoon,a,get\n", 3, 'time is "soon"', /seconds/],
    ["time,key,op\n2,a,get\n1,a,get\n", 3, 'time is "1"', /no earlier/],
    ["time,key,op\n-1,a,get\n", 2, 'time is "-1"', /seconds/],
    ["time,key,op\n1,,get\n", 2, "key is empty", /a key/],
    ["time,key,op\n1,a,del\n", 2, 'op is "del"', /get or set/],
    ["time,key,op\n1,a\n", 2, "has 2 fields", /3, as the header/],
    ["time,key,op,size\n1,a,get,big\n", 2, 'size is "big"', /a size such as/],
    ["time,key,op,size\n1,a,get,0\n", 2, 'size is "0"', /from 1B/],
    ["time,key,op,size,ttl\n1,a,get,1,never\n", 2, 'ttl is "never"', /seconds, a duration/],
  ])("%j: names the line, what is there and what is expected", (text, line, found, expected) => {
    const read = parseKeyTrace(text);
    const [problem] = "problems" in read ? read.problems : [];
    expect(problem).toMatchObject({ line, found });
    expect(problem?.expected).toMatch(expected);
  });
});

describe("a recorded trace", () => {
  it("plays its rows at their times, with their operations, once", () => {
    const rows = rowsOf(inline("stop"));
    expect(rows.map(({ at, key, command, hit }) => [at, key, command, hit])).toEqual([
      [0.5, 0, 1, -1],
      [1, 1, 0, 0],
      [1.25, 0, 0, 1],
      [4, 0, 0, 0], // its TTL of 2 s is over
    ]);
  });

  it("in a loop begins anew after the mean gap", () => {
    const rows = rowsOf(inline("loop"));
    // 3.5 s for three gaps: the second round begins 1.166 s after the last row, at its own offset of 0.5 s.
    const starts = rows.filter(({ command }) => command === 1).map(({ at }) => at);
    expect(starts).toHaveLength(4);
    for (const [round, at] of starts.entries())
      expect(at).toBeCloseTo(0.5 + round * (4 + 3.5 / 3), 6);
  });

  it("comes faster in a surge", () => {
    const surge = `method: [{ at: 2s, fault: traffic-surge, traffic: shop, factor: 2 }]\n`;
    const rows = rowsOf(`${inline("loop")}${surge}`);
    expect(rows.length).toBeGreaterThan(rowsOf(inline("loop")).length * 1.7);
  });

  it("stands alone: neither arrivals nor keys nor operations beside it, and one of both is needed", () => {
    const load = (text: string) => () => loadScenario(text);
    expect(load(`${inline("stop")}    keys: { count: 5 }\n`)).toThrow(/keys stands beside trace/);
    expect(load(`${inline("stop")}    arrivals: { rate: 5/s }\n`)).toThrow(
      /arrivals stands beside trace/,
    );
    expect(load(inline("stop").replace(/ {4}trace: .*\n/, ""))).toThrow(
      /lacks "arrivals".*\n.*lacks "keys"/,
    );
    expect(load(inline("stop", "time,key,op\n1,a,del\n"))).toThrow(
      /trace.csv line 2: op is "del", expected get or set/,
    );
    expect(load(scenario("{ csv: lost.csv }"))).toThrow(/no file was read for it/);
  });
});

describe("inlineTraces()", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "trace-"));
  const file = readerBeside(path.join(folder, "shop.yaml"));
  writeFileSync(path.join(folder, "shop.csv"), CSV);
  writeFileSync(path.join(folder, "bad.csv"), "time,key,op\n1,a,get\n2,b,del\n");

  it("puts the file's text in the path's place, and the result is replayed without the file", () => {
    const text = scenario("{ csv: shop.csv, atEnd: loop } # recorded");
    const source = inlineTraces(text, file);
    expect(source.split("\n")).toHaveLength(text.split("\n").length);
    expect(loadScenario(source)).toEqual(loadScenario(inline("loop")));
    const play = (from: string): Result =>
      run(loadScenario(from), { source: from, sets: [], allowPlanted: false });
    const result = play(source);
    expect(result.traffic["shop"]?.requests).toBeGreaterThan(10);
    expect(play(result.input.source).digest).toBe(result.digest);
  });

  it("names file and line of a wrong row, and a file that is not there", () => {
    expect(() => inlineTraces(scenario("{ csv: bad.csv }"), file)).toThrow(
      /bad\.csv:3:1: traffic\.shop\.trace op is "del", expected get or set/,
    );
    expect(() => inlineTraces(scenario("{ csv: lost.csv }"), file)).toThrow(
      /lost\.csv: .*does not exist, expected a trace/,
    );
  });

  it("leaves alone what is no path, and what is no scenario", () => {
    for (const text of [inline("stop"), "trace: [", "trace: 5", "traffic: { trace: { x: 1 } }"])
      expect(inlineTraces(text, file)).toBe(text);
  });
});
