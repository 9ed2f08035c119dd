/**
 * The floors of `src/`, lowest first: a file may import its own floor and those before it in this list. The contract of
 * the kinds of cache stands apart from the kinds, because the rooms that are told of a cache's words read it too.
 */
export const FLOORS: readonly string[] = [
  "base",
  "kernel",
  "journal",
  "measure",
  "catalog",
  "model/recorder.ts",
  "model/place",
  "model/kinds/contract.ts",
  "model/network",
  "model/engine",
  "model/cluster",
  "model/sentinel",
  "model/service",
  "model/client",
  "model/origin",
  "model/application",
  "model/traffic",
  "model/world.ts",
  "model/kinds",
  "faults",
  "checks",
  "scenario",
  "run",
  "campaign",
  "campaign/pools",
  "campaign/stores",
  "explore",
  "verify",
  "exchange",
  "report",
  "twin",
  "cli",
  "index.ts",
  "vitest.ts",
];

/** What a campaign runs on: threads and files. */
const MACHINERY: readonly string[] = ["campaign/pools", "campaign/stores"];

/** Floors that must give the same answer everywhere: no clock, no chance, no process, no engine-dependent arithmetic. */
export const DETERMINISTIC: readonly string[] = FLOORS.slice(0, FLOORS.indexOf("twin")).filter(
  (floor) => !MACHINERY.includes(floor),
);

/** Packages and Node modules that each floor may use. `node:*` is for what runs beside a simulation. */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  kernel: ["seedrandom"],
  scenario: ["ajv", "ajv-formats", "yaml"],
  "campaign/pools": [
    "piscina",
    "node:os",
    "node:timers/promises",
    "node:url",
    "node:worker_threads",
  ],
  "campaign/stores": ["node:fs", "node:os", "node:path"],
  explore: ["fast-check", "yaml"],
  exchange: ["yaml"],
  report: ["d3-node", "picocolors"],
  twin: [
    "ioredis",
    "node:child_process",
    "node:fs",
    "node:net",
    "node:os",
    "node:path",
    "node:timers/promises",
  ],
  "vitest.ts": ["vitest"],
  cli: ["yargs", "node:fs", "node:os", "node:path", "node:url"],
};

/** The floor of a path relative to `src/`; undefined where it stands on none. */
export function floorOf(file: string): string | undefined {
  const inside = FLOORS.filter((floor) => file === floor || file.startsWith(`${floor}/`));
  return inside.reduce<string | undefined>(
    (longest, floor) => (floor.length > (longest?.length ?? 0) ? floor : longest),
    undefined,
  );
}
