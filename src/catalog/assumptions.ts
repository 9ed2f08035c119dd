/**
 * Figures that nobody publishes, each with low, default and high: what a report must list. Durations in ns, rates per
 * second.
 */
import type { JsonSchema } from "../base/json-schema.ts";
import { MICROSECOND, MILLISECOND, MINUTE, SECOND } from "../base/nanos.ts";
import {
  formatCount,
  formatDuration,
  formatPercentage,
  formatSize,
  parseDuration,
  parsePercentage,
  parseRate,
  parseSize,
} from "../base/units.ts";

export type AssumptionUnit = "duration" | "bytesPerSecond" | "perSecond" | "size" | "percentage";

export interface Assumption {
  readonly name: string;
  readonly unit: AssumptionUnit;
  readonly low: number;
  readonly default: number;
  readonly high: number;
  readonly source: string;
}

const duration = (
  name: string,
  low: number,
  usual: number,
  high: number,
  source: string,
): Assumption => ({
  name,
  unit: "duration",
  low,
  default: usual,
  high,
  source,
});

/** Words under a cache's `assume:`. */
export const cacheAssumptions: readonly Assumption[] = [
  duration(
    "cluster-node-timeout",
    SECOND,
    5 * SECOND,
    15 * SECOND,
    "upstream default 15 s; the service says writes stop for typically just a few seconds",
  ),
  duration(
    "monitorDetection",
    2 * SECOND,
    5 * SECOND,
    20 * SECOND,
    "the service says a few seconds; AWS fault-injection samples expect a failover within 30 s",
  ),
  duration(
    "promotionTime",
    500 * MILLISECOND,
    SECOND,
    5 * SECOND,
    "an engine command and a control-plane call",
  ),
  duration(
    "dnsUpdate",
    SECOND,
    3 * SECOND,
    15 * SECOND,
    "a few seconds since engine 5.0.6, user guide on version management",
  ),
  duration("dnsTtl", 5 * SECOND, 15 * SECOND, 60 * SECOND, "about 15 s is recalled, not published"),
  duration(
    "replacementProvisioning",
    2 * MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    "sample events of the user guide 2 min 47 s to 14 min; FAQ: whole series within six minutes",
  ),
  duration(
    "rebootTime",
    MINUTE,
    2 * MINUTE,
    3 * MINUTE,
    "AWS fault-injection notes: reboot recovery typically 1 to 3 minutes",
  ),
  duration(
    "clusterTakeover",
    10 * SECOND,
    30 * SECOND,
    10 * MINUTE,
    "not published; the user guide advises three shards or more for a faster recovery: fewer recover too, and later",
  ),
  duration(
    "commandTime",
    MICROSECOND,
    2 * MICROSECOND,
    6 * MICROSECOND,
    "1 M requests/s per node on r7g.4xlarge with 7.1; small nodes without enhanced I/O are several times slower",
  ),
  {
    name: "fullSyncRate",
    unit: "bytesPerSecond",
    low: 50e6,
    default: 130e6,
    high: 400e6,
    source: "measured with redis-server 7.0.15 on loopback: 50.6 MB in about 0.39 s",
  },
  duration(
    "snapshotFlush",
    10 * MILLISECOND,
    40 * MILLISECOND,
    200 * MILLISECOND,
    "measured with redis-server 7.0.15: 39 to 56 ms from the end of the transfer to the start of the load, 50 MB",
  ),
  {
    name: "loadRate",
    unit: "perSecond",
    low: 100_000,
    default: 315_000,
    high: 500_000,
    source:
      "measured with redis-server 7.0.15: 48,828 keys of 1 KiB in 155 ms, mean of 18 loads of 114 to 200 ms",
  },
  {
    name: "applyRate",
    unit: "perSecond",
    low: 200_000,
    default: 500_000,
    high: 1_000_000,
    source:
      "measured with redis-server 7.0.15, writes that a replica applies in a second of its main thread: 0.36 to 0.54 million of 1 KiB, 0.60 to 1.0 million of 100 B",
  },
  {
    name: "copyOnWrite",
    unit: "size",
    low: 4096,
    default: 8192,
    high: 16_384,
    source:
      "pages of 4 KiB that a write dirties beside its value while a fork's child lives: one to four",
  },
  duration(
    "swapPageIn",
    100 * MICROSECOND,
    MILLISECOND,
    10 * MILLISECOND,
    "a random read of a page from local flash, a network volume, a busy disk",
  ),
];

/** Words under the `assume:` of a managed cache alone: what the service does without memory for a fork. */
export const forklessAssumptions: readonly Assumption[] = [
  {
    name: "forkHeadroom",
    unit: "percentage",
    low: 0,
    default: 0.1,
    high: 0.5,
    source:
      "free memory that a fork needs, of what the process uses; the service says: if memory is enough",
  },
  duration(
    "forklessWriteDelay",
    10 * MICROSECOND,
    50 * MICROSECOND,
    MILLISECOND,
    "the service says that a forkless synchronisation delays writes, and not by how much",
  ),
];

/** Words under `assume:` of a cache with encryption in transit. The second: where I/O threads do not take it over. */
export const tlsAssumptions: readonly Assumption[] = [
  duration(
    "tlsHandshake",
    100 * MICROSECOND,
    500 * MICROSECOND,
    2 * MILLISECOND,
    "main-thread time; openssl speed on one Xeon core: RSA-2048 signature 0.28 ms, X25519 0.03 ms; I/O threads take it over, small cores need several times as long",
  ),
  duration(
    "tlsCommand",
    MICROSECOND,
    5 * MICROSECOND,
    12 * MICROSECOND,
    "main-thread time that a command costs more than without; measured with redis-server 7.0.15 on loopback: 5 to 10 us for GET and SET of 100 B and 10 kB, that need 13 to 15 us without",
  ),
];

/** Words under the `assume:` of a cache whose keys hold collections. Measured ranges: 100 to 300,000 elements of 20 B. */
export const collectionAssumptions: readonly Assumption[] = [
  duration(
    "elementRead",
    50,
    250,
    MICROSECOND,
    "main-thread time; measured with redis-server 7.0.15: HGETALL, LRANGE, SMEMBERS and ZRANGE take 53 to 1055 ns an element",
  ),
  duration(
    "elementWrite",
    100,
    MICROSECOND,
    3 * MICROSECOND,
    "main-thread time; measured with redis-server 7.0.15: HSET, RPUSH, SADD and ZADD of many elements take 100 to 2657 ns each",
  ),
  duration(
    "elementFree",
    200,
    400,
    850,
    "main-thread time of an allocation; measured with redis-server 7.0.15: DEL takes 214 to 846 ns an element of a hash table or skip list",
  ),
];

/** Words under a self-managed group's `assume:`: what the engine does, and nothing that a service does. */
export const selfManagedAssumptions: readonly Assumption[] = cacheAssumptions.filter(({ name }) =>
  [
    "commandTime",
    "fullSyncRate",
    "snapshotFlush",
    "loadRate",
    "applyRate",
    "copyOnWrite",
    "swapPageIn",
  ].includes(name),
);

/** Words under a Global Datastore's `assume:`. */
export const datastoreAssumptions: readonly Assumption[] = [
  duration(
    "globalPromotion",
    10 * SECOND,
    30 * SECOND,
    60 * SECOND,
    "FAQ: typically less than a minute",
  ),
  duration("redirectDelay", 0, 10 * SECOND, 60 * SECOND, "the application's own affair"),
];

/** Words under the scenario's `assume:`. */
export const networkAssumptions: readonly Assumption[] = [
  duration(
    "sameZoneRtt",
    150 * MICROSECOND,
    250 * MICROSECOND,
    400 * MICROSECOND,
    "measured 0.26 ms inside us-east-1",
  ),
  duration(
    "interZoneRtt",
    300 * MICROSECOND,
    700 * MICROSECOND,
    2 * MILLISECOND,
    "published zone maps range from 0.25 to 3.4 ms",
  ),
];

/** A value of an assumption as text with its unit. */
export function formatAssumption(unit: AssumptionUnit, value: number): string {
  switch (unit) {
    case "duration":
      return formatDuration(value);
    case "bytesPerSecond":
      return `${formatSize(value)}/s`;
    case "perSecond":
      return `${formatCount(value)}/s`;
    case "size":
      return formatSize(value);
    case "percentage":
      return formatPercentage(value);
  }
}

/** An assumption as a run used it, as text with unit. */
export interface AssumptionUsed {
  /** `cart: cluster-node-timeout`. */
  readonly name: string;
  readonly low: string;
  readonly used: string;
  readonly high: string;
  readonly source: string;
}

/** Of an assumed duration, ns. */
const TIME_MAX = 86_400e9;

/** Reads the values under `assume:`; `given` maps names to text. Unreadable values keep their default and are reported. */
export function readAssumptions(
  known: readonly Assumption[],
  given: Readonly<Record<string, unknown>>,
  of: string,
  report: {
    readonly assumption: (used: AssumptionUsed) => void;
    readonly problem: (name: string, found: string, expected: string) => void;
  },
): Readonly<Record<string, number>> {
  const values: Record<string, number> = {};
  for (const assumption of known) {
    const text = given[assumption.name];
    let value: number | undefined = assumption.default;
    if (text !== undefined) {
      value = parseAssumption(assumption.unit, String(text));
      const tooSmall = value !== undefined && value <= 0 && assumption.low > 0;
      const isTime = assumption.unit === "duration";
      if (value === undefined || tooSmall || (isTime && value > TIME_MAX)) {
        const usual = formatAssumption(assumption.unit, assumption.default);
        report.problem(
          assumption.name,
          `is "${text}"`,
          `${expectedOf(assumption.unit)} above 0${isTime ? " and at most 24h" : ""}, such as "${usual}"`,
        );
        value = assumption.default;
      }
    }
    values[assumption.name] = value;
    report.assumption({
      name: `${of}: ${assumption.name}`,
      low: formatAssumption(assumption.unit, assumption.low),
      used: formatAssumption(assumption.unit, value),
      high: formatAssumption(assumption.unit, assumption.high),
      source: assumption.source,
    });
  }
  return values;
}

function parseAssumption(unit: AssumptionUnit, text: string): number | undefined {
  switch (unit) {
    case "duration":
      return parseDuration(text);
    case "bytesPerSecond":
      return text.endsWith("/s") ? parseSize(text.slice(0, -2)) : undefined;
    case "perSecond":
      return parseRate(text.replaceAll(",", ""));
    case "size":
      return parseSize(text);
    case "percentage":
      return parsePercentage(text);
  }
}

/** Words under an `assume:`. */
export const assumeSchema = (known: readonly Assumption[], description: string): JsonSchema => ({
  type: "object",
  description,
  properties: Object.fromEntries(
    known.map(({ name, unit, default: usual, source }) => [
      name,
      {
        type: "string",
        description: source,
        expected: `${expectedOf(unit)}, such as "${formatAssumption(unit, usual)}"`,
      },
    ]),
  ),
  additionalProperties: false,
});

const expectedOf = (unit: AssumptionUnit): string =>
  ({
    duration: "a duration",
    bytesPerSecond: "bytes per second",
    perSecond: "a rate",
    size: "a size",
    percentage: "a percentage",
  })[unit];
