/** Scenarios that nobody should write: mutations of text and of structure. */
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { BASES } from "./bases.ts";

export interface Mutant {
  readonly how: string;
  readonly text: string;
}

const UNICODE = ["\u0000", "\u001b[31m", "\u202e", "\ufeff", "é", "😀", "\u2028", "\ud800", "\t"];
const SNIPPETS = [
  "&a ",
  "*a ",
  "*group",
  "<<: *group",
  "!!binary ",
  "!!js/function x",
  "? ",
  "- ",
  "{",
  "}",
  "[",
  "]",
  "#",
  '"',
  "'",
  "|\n",
  "---\n",
  "%YAML 1.3\n",
  ": ",
  "~",
  "0x7fffffffffffffff",
  "1e999",
  "-0",
  ".inf",
  ".nan",
  "99999999999999999999999",
  "__proto__: { x: 1 }\n",
  "constructor: 1\n",
  "<script>alert(1)</script>",
  ...UNICODE,
];

/** One change of a text at a place between 0 and 1. */
type TextChange = (text: string, at: number, amount: number) => string;
const cut = (text: string, at: number): number => Math.floor(at * (text.length + 1));
const byLine = (change: (lines: string[], line: number, amount: number) => void): TextChange => {
  return (text, at, amount) => {
    const lines = text.split("\n");
    change(lines, Math.floor(at * lines.length) % lines.length, amount);
    return lines.join("\n");
  };
};
const TEXT_CHANGES: Readonly<Record<string, TextChange>> = {
  remove: (text, at, amount) =>
    text.slice(0, cut(text, at)) + text.slice(cut(text, at) + 1 + (amount % 9)),
  insert: (text, at, amount) =>
    text.slice(0, cut(text, at)) +
    (SNIPPETS[amount % SNIPPETS.length] as string) +
    text.slice(cut(text, at)),
  flip: (text, at, amount) =>
    text.slice(0, cut(text, at)) +
    String.fromCharCode(32 + (amount % 95)) +
    text.slice(cut(text, at) + 1),
  "repeat-line": byLine((lines, line) => lines.splice(line, 0, lines[line] as string)),
  "drop-line": byLine((lines, line) => lines.splice(line, 1)),
  indent: byLine((lines, line, amount) => {
    lines[line] = " ".repeat(amount % 7) + (lines[line] as string).trimStart();
  }),
  "swap-lines": byLine((lines, line, amount) => {
    const other = amount % lines.length;
    [lines[line], lines[other]] = [lines[other] as string, lines[line] as string];
  }),
  truncate: (text, at) => text.slice(0, cut(text, at)),
  number: (text, at, amount) => {
    const numbers = [...text.matchAll(/\d+(\.\d+)?/g)];
    const chosen = numbers[Math.floor(at * numbers.length) % numbers.length];
    if (chosen === undefined) return text;
    const edge = [
      "0",
      "-1",
      "1",
      "2",
      "1e308",
      "99999999999",
      "0.0000001",
      "1e-320",
      "007",
      "0x10",
    ];
    const value = edge[amount % edge.length] as string;
    return text.slice(0, chosen.index) + value + text.slice(chosen.index + chosen[0].length);
  },
  deep: (text, at, amount) => {
    const depth = [5, 50, 500, 5000][amount % 4] as number;
    return `${text.slice(0, cut(text, at))}${"[".repeat(depth)}${"]".repeat(depth)}${text.slice(cut(text, at))}`;
  },
  bomb: (text, at, amount) => {
    const names = "abcdefghijklm".slice(0, 3 + (amount % 10)).split("");
    const lines = names.map((name, i) => {
      const of = i === 0 ? "1" : `*${names[i - 1]}`;
      return `x${name}: &${name} [${Array(9).fill(of).join(", ")}]`;
    });
    return `${text}\n${lines.join("\n")}\n${at > 0.5 ? `method: *${names.at(-1)}\n` : ""}`;
  },
};

const textMutant = fc
  .record({
    base: fc.nat(BASES.length - 1),
    changes: fc.array(
      fc.tuple(
        fc.constantFrom(...Object.keys(TEXT_CHANGES)),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.nat(1000),
      ),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(
    ({ base, changes }): Mutant => ({
      how: `text: ${changes.map(([name]) => name).join(", ")}`,
      text: changes.reduce(
        (text, [name, at, amount]) => (TEXT_CHANGES[name] as TextChange)(text, at, amount),
        BASES[base] as string,
      ),
    }),
  );

type Place = readonly (string | number)[];
const placesOf = (value: unknown, place: Place = []): Place[] => {
  if (typeof value !== "object" || value === null) return [place];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return [place, ...entries.flatMap(([key, of]) => placesOf(of, [...place, key]))];
};

/** Values on the edge of what some word takes, and beyond. */
const EDGES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  Number.POSITIVE_INFINITY,
  Number.NaN,
  "",
  " ",
  [],
  {},
  [[]],
  "all",
  "0",
  "0s",
  "1ns",
  "1s",
  "3s",
  "19s",
  "1h",
  "104d",
  "100d",
  "0%",
  "100%",
  "101%",
  "50%",
  "0B",
  "1B",
  "512MB",
  "1/s",
  "1/h",
  "60/s",
  "10M/s",
  "50ms..2s",
  "2s..1s",
  "never",
  1,
  2,
  3,
  5,
  90,
  "20M",
  "1.2.3",
  "constructor",
  "__proto__",
  "x".repeat(300),
  "(a+)+$",
  "\u001b]0;x\u0007",
  "primary of cart/shard 9",
  "any 3 nodes of cart",
  "50% of replicas of cart",
  "zone us-east-1a",
  "region us-east-1",
  "cart",
  "sessions-eu",
  "enabled",
  "disabled",
  "valkey",
  "8.0",
  "noeviction",
  { uniform: "1B..2KB" },
  { exponential: { mean: "1ms" } },
  { pareto: { min: "1B", shape: 1.1 } },
  { empirical: [{ value: "1KB", weight: 1 }] },
  { successRatio: { of: "shop", over: "1s", atLeast: "1%" } },
];

interface Change {
  readonly kind: "set" | "drop" | "repeat" | "rename" | "borrow";
  readonly place: number;
  readonly other: number;
}

/** Applies one change to plain data, in place; what does not fit is left as it was. */
function change(data: unknown, { kind, place, other }: Change): void {
  const places = placesOf(data).slice(1);
  const at = places[place % places.length];
  if (at === undefined) return;
  const key = at.at(-1) as string | number;
  const holder = at
    .slice(0, -1)
    .reduce<unknown>((of, part) => Reflect.get(of as object, part), data);
  const parent = holder as Record<string | number, unknown>;
  if (kind === "set") parent[key] = EDGES[other % EDGES.length];
  else if (kind === "drop") {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
  } else if (kind === "repeat") {
    if (Array.isArray(parent)) parent.push(structuredClone(parent[Number(key)]));
    else parent[`${String(key)}2`] = structuredClone(parent[key]);
  } else if (kind === "rename") {
    if (Array.isArray(parent)) return;
    const value = parent[key];
    delete parent[key];
    Object.defineProperty(
      parent,
      ["x", "__proto__", "1", `${String(key)}s`, "a b"][other % 5] as string,
      {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      },
    );
  } else {
    const from = places[other % places.length] as Place;
    parent[key] = structuredClone(
      from.reduce<unknown>((of, part) => Reflect.get(of as object, part), data),
    );
  }
}

/** The bases as plain data: reading them anew for each mutant takes longer than the change. */
const PLAIN: readonly unknown[] = BASES.map((base) => parse(base, { merge: true }));

const structureMutant = fc
  .record({
    base: fc.nat(BASES.length - 1),
    changes: fc.array(
      fc.record({
        kind: fc.constantFrom("set", "set", "set", "drop", "drop", "repeat", "rename", "borrow"),
        place: fc.nat(10_000),
        other: fc.nat(10_000),
      }),
      { minLength: 1, maxLength: 2 },
    ),
  })
  .map(({ base, changes }): Mutant => {
    const data: unknown = structuredClone(PLAIN[base]);
    for (const one of changes) change(data, one as Change);
    return {
      how: `structure: ${changes.map(({ kind }) => kind).join(", ")}`,
      text: stringify(data, { aliasDuplicateObjects: false }),
    };
  });

/** Words that the schema takes, with other values that it takes too: these mostly run. */
const VALID: readonly (readonly [from: RegExp, to: readonly string[]])[] = [
  [/rate: \d+\/s/, ["rate: 1/s", "rate: 50/s", "rate: 1/h", "rate: 30/min", "rate: 200/s"]],
  [
    /duration: \d+s/,
    ["duration: 1s", "duration: 3s", "duration: 90s", "duration: 7s", "duration: 20m"],
  ],
  [/get: \d+%, set: \d+%/, ["get: 100%", "set: 100%", "get: 0%, set: 100%", "get: 50%, set: 50%"]],
  [/count: \d+/, ["count: 1", "count: 2", "count: 20000"]],
  [
    /valueSize: 500B/,
    ["valueSize: 0B", "valueSize: 512MB", "valueSize: { pareto: { min: 1B, shape: 1.01 } }"],
  ],
  [/for: \d+s/, ["for: 1ns", "for: 1h", "for: 10ms"]],
  [/at: \d+s/, ["at: 0s", "at: 1ns", "at: 11s", "at: 999ms"]],
  [/zone: use1-az1/, ["zone: use1-az2", "zone: use1-az4"]],
  [/connections: 2/, ["connections: 1", "connections: 10000"]],
  [/commandTimeout: 250ms/, ["commandTimeout: 1ns", "commandTimeout: 1h", "commandTimeout: 1ms"]],
  [/max: 3/, ["max: 0", "max: 20"]],
  [/backoff: 50ms\.\.2s/, ["backoff: 0..0", "backoff: 1ns..1ns", "backoff: 1h..2h"]],
  [/jitter: full/, ["jitter: none"]],
  [/every: 3s/, ["every: never", "every: 1ms", "every: 1h"]],
  [/numNodeGroups: 3/, ["numNodeGroups: 1", "numNodeGroups: 2", "numNodeGroups: 45"]],
  [/replicasPerNodeGroup: 1/, ["replicasPerNodeGroup: 5"]],
  [/numCacheClusters: 2/, ["numCacheClusters: 1", "numCacheClusters: 6"]],
  [/multiAZEnabled: true/, ["multiAZEnabled: false"]],
  [/automaticFailoverEnabled: true/, ["automaticFailoverEnabled: false"]],
  [/clusterMode: (enabled|disabled)/, ["clusterMode: enabled", "clusterMode: disabled"]],
  [
    /target: primary of cart/,
    ["target: any node of cart", "target: any 2 nodes of cart", "target: node cart-001"],
  ],
  [/fault: node-crash/, ["fault: host-power-loss", "fault: node-pause"]],
  [
    /isolate: replica of cart\/shard 1/,
    [
      "isolate: primary of cart",
      "isolate: [primary of cart, zone us-east-1b]",
      "isolate: 50% of replicas of cart",
    ],
  ],
  [/zipf: 0.99/, ["zipf: 0", "zipf: 5", "zipf: 0.0001"]],
  [/ttl: 1h/, ["ttl: 1ns", "ttl: 1s", "ttl: 100d"]],
  [/prefill: 50%/, ["prefill: 0%", "prefill: 100%"]],
  [/concurrency: 5/, ["concurrency: 1", "concurrency: 100000"]],
  [
    /lognormal: \{ median: 4ms, p99: 25ms \}/,
    ["exponential: { mean: 1h }", "normal: { mean: 1ns, stddev: 1h }", "uniform: 0..1ns"],
  ],
  [/cluster-node-timeout: 1s/, ["cluster-node-timeout: 15s"]],
  [/globalPromotion: 10s/, ["globalPromotion: 60s"]],
  [/delay: 2s/, ["delay: 0s", "delay: 29s", "delay: 1h"]],
  [/^seed: \d+/m, ["seed: 007", "seed: a", "seed: 1.50", `seed: ${"z".repeat(64)}`]],
  [/over: 2s/, ["over: 100ms", "over: 12s", "over: 1h"]],
  [/atLeast: 99%/, ["atLeast: 0%", "atLeast: 100%"]],
  [
    /cacheNodeType: cache.r7g.large/,
    ["cacheNodeType: cache.t4g.micro", "cacheNodeType: cache.r7g.16xlarge"],
  ],
  [/readFrom: replica/, ["readFrom: primary"]],
  [/zones: all/, ["zones: [use1-az2]"]],
];

const validMutant = fc
  .record({
    base: fc.nat(BASES.length - 1),
    shuffled: fc.boolean(),
    changes: fc.array(fc.tuple(fc.nat(VALID.length - 1), fc.nat(10)), {
      minLength: 1,
      maxLength: 4,
    }),
  })
  .map(({ base, changes, shuffled }): Mutant => {
    const text = changes.reduce((of, [which, choice]) => {
      const [from, to] = VALID[which] as (typeof VALID)[number];
      return of.replace(from, to[choice % to.length] as string);
    }, BASES[base] as string);
    return { how: "edge values", text: shuffled ? `tieBreak: shuffled\n${text}` : text };
  });

export const mutants: fc.Arbitrary<Mutant> = fc.oneof(
  { weight: 3, arbitrary: textMutant },
  { weight: 3, arbitrary: structureMutant },
  { weight: 3, arbitrary: validMutant },
);
