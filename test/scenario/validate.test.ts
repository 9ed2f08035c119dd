/** What the schema finds wrong, one finding for each place: where, what is there, what is expected. */
import { describe, expect, it } from "vitest";
import { scenarioSchema } from "../../src/scenario/schema.ts";
import type { Path } from "../../src/scenario/source.ts";
import { show, validateWords } from "../../src/scenario/validate.ts";
import { smallWith } from "./words.ts";

const NAME =
  "a name of small letters, digits and dashes that begins with a letter, at most 40 characters";
const DURATION = 'a duration with a unit, such as "5s", "250ms" or "2m"';
const NO_NAME = "is no name that can be given here";
const CART = ["caches", "cart"];
const noLoss = { noLostWrites: { of: "cart" } };
const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, [1]]));

const wrongValues: readonly (readonly [
  path: Path,
  value: unknown,
  found: string,
  expected: string,
])[] = [
  [["tieBreak"], "shufled", 'is "shufled"', 'one of schedule, shuffled; did you mean "shuffled"?'],
  [["tieBreak"], "qqqqqqqqqqq", 'is "qqqqqqqqqqq"', "one of schedule, shuffled"],
  ...["cache-cluster", "serverless-cache"].map(
    (kind) =>
      [
        ["caches", "cart", "type"],
        kind,
        `is "${kind}"`,
        "one of replication-group, self-managed: this version models no other kind yet",
      ] as const,
  ),
  [["duration"], "soon", 'is "soon"', DURATION],
  [["duration"], 5, "is 5", DURATION],
  [["duration"], null, "is empty", DURATION],
  [["scenario"], "A B", 'is "A B"', "a slug: small letters, digits and dashes, at most 64"],
  [["scenario"], 5, "is 5", "a slug: small letters, digits and dashes, at most 64"],
  [["tieSeed"], "a b", 'is "a b"', "1 to 64 letters, digits, _ or -"],
  [["seed"], true, "is true", "text or a number"],
  [["maxEvents"], 999, "is 999", "at least 1000"],
  [["maxEvents"], 1e10, "is 10000000000", "at most 1000000000"],
  [["maxEvents"], 1.5, "is 1.5", "a whole number"],
  [["maxEvents"], "x", 'is "x"', "a whole number"],
  [["explore", "budget", "zones"], -1, "is -1", "at least 0"],
  [["caches", "cart", "clusterMode"], true, "is true", "one of enabled, disabled"],
  [["caches", "cart", "multiAZEnabled"], "yes", 'is "yes"', "true or false"],
  [["regions"], {}, "is empty", "at least one entry"],
  [["regions"], [], "is an empty list", "a map"],
  [["regions"], [1], "is a list", "a map"],
  [["explore", "faults"], [], "is empty", "at least one entry"],
  [["explore", "faults"], ["node-crash", "node-crash"], 'has "node-crash" twice', "each once"],
  [["explore", "faults"], Array(99).fill("node-crash"), "has 99 entries", "at most 20"],
  [["explore", "faults"], {}, "is a map", "a list"],
  [["explore", "vary"], many(21), "has 21 entries", "at most 20"],
  [["expect"], Array(201).fill(noLoss), "has 201 entries", "at most 200"],
  [["expect", 0], {}, "is empty", "at least one entry"],
  [
    ["expect", 0],
    { rpo: { of: "cart", atMost: "1s" }, ...noLoss },
    "has the words rpo, noLostWrites",
    "one of them in each entry",
  ],
  ...[0, "x", ["A"]].map(
    (zones) =>
      [
        ["regions", "us-east-1", "zones"],
        zones,
        `is ${Array.isArray(zones) ? "a list" : JSON.stringify(zones)}`,
        "a number of zones from 1 to 6, or a list of zone names such as [use1-az1, use1-az2]",
      ] as const,
  ),
  [
    ["origins", "db", "serviceTime"],
    { lognormal: { median: "4ms" } },
    'lacks "p99"',
    '"p99:" here (Time to serve one request)',
  ],
  [
    ["origins", "db", "serviceTime"],
    null,
    "is empty",
    `${DURATION}, or one of uniform, exponential, normal, lognormal, pareto, empirical`,
  ],
  [["origins", "db", "serviceTime"], { pareto: { min: "4ms" } }, 'lacks "shape"', '"shape:" here'],
  [["origins", "db", "serviceTime"], { pareto: { min: "4ms", shape: 0 } }, "is 0", "more than 1"],
  [
    ["traffic", "shop", "keys", "valueSize"],
    { uniform: "5" },
    'is "5"',
    'a range of sizes, such as "1KB..4KB"',
  ],
  [["method", 0, "target"], "", 'is ""', "another value"],
  [["traffic", "shop", "client"], { commandTimeout: "x" }, 'is "x"', `never, or ${DURATION}`],
  [
    ["traffic", "shop", "client"],
    { retry: { backoff: "5" } },
    'is "5"',
    'a range of durations, such as "50ms..2s"',
  ],
  [["traffic", "shop", "keys", "popularity"], { zipf: -1 }, "is -1", "at least 0"],
  [
    ["traffic", "shop", "keys", "popularity"],
    { zipf: 1, hotSet: {} },
    "is a map",
    "uniform, { zipf: 0.99 }, or { hotSet: { share: 90%, of: 10% } }",
  ],
  [["method", 0], { at: "1s" }, "is a map", "an entry with fault: or step:"],
];

describe("validateWords()", () => {
  it("finds nothing wrong with what is right", () => {
    expect(validateWords(smallWith([], null))).toEqual([]);
    expect(validateWords(smallWith(["explore", "vary"], many(20)))).toEqual([]);
  });

  it.each(wrongValues)("%j as %j", (path, value, found, expected) => {
    const findings = validateWords(smallWith(path, value));
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ at: "value", found, expected });
    expect(findings[0]?.path.slice(0, path.length)).toEqual(path);
  });

  it.each<[Path, unknown, string, string]>([
    [
      ["traffic", "shop", "xyzzyxyzzy"],
      1,
      "is an unknown word",
      "one of cache, from, arrivals, trace, operations, keys, client, onMiss, coalesce, originTimeout, onError",
    ],
    [
      ["traffic", "shop", "onMis"],
      1,
      "is an unknown word",
      '"onMiss"? Known words are cache, from, arrivals, trace, operations, keys, client, onMiss, coalesce, originTimeout, onError',
    ],
    [["undefined"], 1, "is an unknown word", expect.stringMatching(/^one of scenario, seed, /)],
    [["assume", "x"], "1", "is an unknown word", "one of sameZoneRtt, interZoneRtt"],
    [["regions", "x y"], { zones: 3 }, NO_NAME, "a Region's name, such as us-east-1"],
    [["globalDatastores", "A/b~c"], { primary: "cart", secondaries: ["x"] }, NO_NAME, NAME],
  ])("the word %j is wrong itself", (path, value, found, expected) => {
    const findings = validateWords(smallWith(path, value));
    expect(findings[0]).toEqual({ path, at: "key", found, expected });
    expect(findings.filter(({ at }) => at === "key")).toHaveLength(1);
  });

  it("says what is wrong with the one alternative of a union that can be meant", () => {
    const popularity = { zipf: 1, xyzzyxyzzy: 1 };
    const path = ["traffic", "shop", "keys", "popularity"];
    expect(validateWords(smallWith(path, popularity))).toEqual([
      {
        path: [...path, "xyzzyxyzzy"],
        at: "key",
        found: "is an unknown word",
        expected: "one of zipf",
      },
    ]);
  });

  it.each<[Path, string, string]>([
    [["duration"], 'lacks "duration"', '"duration:" here (Simulated time)'],
    [["caches", "cart", "region"], 'lacks "region"', '"region:" here (Region of the group)'],
  ])("%j is missing", (path, found, expected) => {
    expect(validateWords(smallWith(path, undefined))).toEqual([
      { path: path.slice(0, -1), at: "value", found, expected },
    ]);
  });

  it("tells a missing word of a wrong name, each missing word, and no place twice", () => {
    expect(validateWords(smallWith(["origins", "a.b"], {}))).toEqual([
      { path: ["origins", "a.b"], at: "key", found: NO_NAME, expected: NAME },
      ...[
        ["concurrency", "Requests served at once"],
        ["serviceTime", "Time to serve one request"],
      ].map(([word, what]) => ({
        path: ["origins", "a.b"],
        at: "value",
        found: `lacks "${word}"`,
        expected: `"${word}:" here (${what})`,
      })),
    ]);
    const words = { ...smallWith(["durations"], 1), tieBrake: 1 };
    const found = validateWords(words).map(({ path }) => path);
    expect(found).toEqual([["durations"], ["tieBrake"]]);
  });

  it("gives entries of a list their index, and keys with / and ~ as they are", () => {
    const second = { rpo: { of: "cart", atMost: "1" } };
    expect(validateWords(smallWith(["expect"], [noLoss, second]))).toEqual([
      { path: ["expect", 1, "rpo", "atMost"], at: "value", found: 'is "1"', expected: DURATION },
    ]);
    const odd = { "us-east-1": { zones: 3 }, "a/b~1c~d": { zones: "x" } };
    const paths = validateWords(smallWith(["regions"], odd)).map(({ path }) => path);
    expect(paths).toContainEqual(["regions", "a/b~1c~d", "zones"]);
    for (const path of paths) expect(path[1]).toBe("a/b~1c~d");
  });

  it("has words for whatever fits no alternative of a union, and for each name", () => {
    const speechless: string[] = [];
    const look = (schema: unknown, place: string): void => {
      if (typeof schema !== "object" || schema === null) return;
      const { anyOf, propertyNames, expected } = schema as Record<string, unknown>;
      if (anyOf !== undefined && expected === undefined) speechless.push(place);
      if (propertyNames !== undefined)
        expect(Object.keys(propertyNames as object).sort(), place).toEqual(["expected", "pattern"]);
      for (const [word, of] of Object.entries(schema)) look(of, `${place}/${word}`);
    };
    look(scenarioSchema, "");
    expect(speechless).toEqual([]);
  });

  it.each([
    ["text", "1".repeat(500_000)],
    ["list", Array(500_000).fill(1)],
  ])("takes no index of a long %s for a word, so that an answer comes at once", (_, long) => {
    const findings = validateWords(smallWith(["origins", "db", "serviceTime"], long));
    expect(findings.map(({ at, expected }) => [at, expected])).toEqual([
      ["value", expect.stringMatching(/^a duration with a unit/)],
    ]);
  });

  it("looks at three hundred errors, so that an answer comes at once", () => {
    const findings = validateWords(smallWith(["expect"], Array(190).fill({ rpo: { x: 1, y: 2 } })));
    expect(findings.length).toBeGreaterThan(200);
    expect(findings.length).toBeLessThanOrEqual(300);
  });
});

describe("show()", () => {
  it.each([
    [null, "empty"],
    [undefined, "empty"],
    [[], "an empty list"],
    [[1], "a list"],
    [{}, "a map"],
    [5, "5"],
    [true, "true"],
    ["x", '"x"'],
    ["a\u001bb\u202ec\u0085", '"a?b?c?"'],
    ["y".repeat(60), `"${"y".repeat(60)}"`],
    ["y".repeat(61), `"${"y".repeat(57)}..."`],
  ])("of %j", (value, text) => {
    expect(show(value)).toBe(text);
  });
});

describe("words that others use, and words misspelt", () => {
  const shop = ["traffic", "shop"];
  it.each<[word: string, name: string, holder: Path]>([
    ["shards", "numNodeGroups", CART],
    ["numShards", "numNodeGroups", CART],
    ["replicas", "replicasPerNodeGroup", CART],
    ["replicasPerShard", "replicasPerNodeGroup", CART],
    ["nodes", "numCacheClusters", CART],
    ["instanceType", "cacheNodeType", CART],
    ["nodeType", "cacheNodeType", CART],
    ["version", "engineVersion", CART],
    ["tls", "transitEncryptionEnabled", CART],
    ["auth", "authToken", CART],
    ["timeout", "commandTimeout", [...shop, "client"]],
    ["retries", "retry", [...shop, "client"]],
    ["rps", "rate", [...shop, "arrivals"]],
    ["qps", "rate", [...shop, "arrivals"]],
    ["size", "valueSize", [...shop, "keys"]],
    ["faults", "method", []],
    ["steps", "method", []],
    ["expectations", "expect", []],
    ["name", "scenario", []],
  ])("%s is called %s here", (word, name, holder) => {
    const found = validateWords(smallWith([...holder, word], 1));
    expect(found.map(({ path }) => path)).toEqual([[...holder, word]]);
    expect(found[0]?.expected).toContain(`"${name}"? Known words are`);
  });

  it("says that a word is missing here though it stands misspelt elsewhere", () => {
    const words = smallWith([...CART, "region"], undefined);
    Object.assign((words["origins"] as { db: object }).db, { regio: "us-east-1" });
    expect(validateWords(words).map(({ path, found }) => [path, found])).toEqual([
      [CART, 'lacks "region"'],
      [["origins", "db", "regio"], "is an unknown word"],
    ]);
  });

  it("says of a required word that stands there misspelt that it is unknown, and not that it lacks too", () => {
    const data = smallWith([], undefined) as Record<string, unknown>;
    const { duration, ...rest } = data;
    const wrong = { ...rest, durations: duration };
    expect(validateWords(wrong).map(({ path, found }) => [path, found])).toEqual([
      [["durations"], "is an unknown word"],
    ]);
    expect(validateWords(rest).map(({ found }) => found)).toEqual(['lacks "duration"']);
  });
});
