/** How large a run may be, and about how large it will be: known before it starts. */
import { type Nanos, SECOND } from "../base/nanos.ts";
import { formatCount, formatDuration, formatSize } from "../base/units.ts";
import type { MethodEntry } from "../faults/contract.ts";
import type { Reading } from "../model/kinds/contract.ts";
import type { ReplicationGroupSettings } from "../model/kinds/replication-group-settings.ts";
import { meanPerSecond } from "../model/traffic/offered-rate.ts";
import type { TrafficSettings } from "../model/traffic/traffic-settings.ts";

/** Each has a flag of the command line that raises it. */
export interface Limits {
  readonly events: number;
  readonly nodes: number;
  readonly durationNs: Nanos;
  /** Estimated. */
  readonly memoryBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  events: 200_000_000,
  nodes: 1000,
  durationNs: 31 * 86_400 * SECOND,
  memoryBytes: 4e9,
};

/** Without any: for a run that was allowed once. */
export const NO_LIMITS: Limits = {
  events: Number.POSITIVE_INFINITY,
  nodes: Number.POSITIVE_INFINITY,
  durationNs: Number.POSITIVE_INFINITY,
  memoryBytes: Number.POSITIVE_INFINITY,
};

/** Events per request of the shipped scenarios: 2.3 to 4.4. */
const EVENTS_PER_REQUEST = 3.2;
/** Bus messages, crons and samples of a node, per second, about. */
const EVENTS_PER_NODE_SECOND = 12;
/** A fault that comes and goes at random. */
const EVENTS_PER_INJECTION = 2;
/** Timer, question and answer of a client host. */
const EVENTS_PER_REFRESH = 3;
/** The process itself. */
const BASE_BYTES = 100e6;
/** An item in a keyspace, and its places in the sets of resident and volatile keys. */
const BYTES_PER_ITEM = 48;
/** A key in the tables of a traffic source and of the folds. */
const BYTES_PER_KEY = 80;
/** Buckets of 100 ms and points of series. */
const BYTES_PER_TRAFFIC_SECOND = 500;
const BYTES_PER_NODE_SECOND = 30;

export interface Size {
  readonly requests: number;
  /** Injections of faults at random times, and periodic topology refreshes. */
  readonly injections: number;
  readonly refreshes: number;
  readonly events: number;
  readonly nodes: number;
  readonly memoryBytes: number;
}

/** About how large a run will be. The estimate of memory is within a factor of two for the shipped scenarios. */
export function estimateSize(
  sources: readonly TrafficSettings[],
  groups: readonly ReplicationGroupSettings[],
  durationNs: Nanos,
  method: readonly MethodEntry[] = [],
): Size {
  const seconds = durationNs / SECOND;
  const keys = Math.max(0, ...sources.map((source) => source.keys.first + source.keys.count));
  let nodes = 0;
  let items = 0;
  for (const group of groups) {
    for (const shard of group.shards) {
      nodes += shard.nodes.length;
      items += (shard.nodes.length * keys) / group.shards.length;
    }
  }
  let requests = 0;
  for (const { name, arrivals } of sources) {
    const more = method.reduce((sum, entry) => {
      const { action } = entry;
      const isSurge = "fault" in action && action.fault === "traffic-surge";
      if (!isSurge || action.traffic !== name) return sum;
      return sum + Math.max(0, action.factor - 1) * shareHeld(entry, durationNs);
    }, 0);
    requests += meanPerSecond(arrivals, durationNs) * seconds * (1 + more);
  }
  const injections = method.reduce((sum, { trigger }) => sum + timesAtRandom(trigger), 0);
  const refreshes = sources.reduce((sum, { client, zones }) => {
    const { everyNs } = client.topologyRefresh;
    return everyNs === null ? sum : sum + (zones.length * durationNs) / everyNs;
  }, 0);
  const tables = sources.reduce((sum, source) => sum + source.keys.count * BYTES_PER_KEY, 0);
  return {
    requests,
    nodes,
    injections,
    refreshes,
    events:
      requests * EVENTS_PER_REQUEST +
      nodes * seconds * EVENTS_PER_NODE_SECOND +
      injections * EVENTS_PER_INJECTION +
      refreshes * EVENTS_PER_REFRESH,
    memoryBytes:
      BASE_BYTES +
      items * BYTES_PER_ITEM +
      tables +
      sources.length * seconds * BYTES_PER_TRAFFIC_SECOND +
      nodes * seconds * BYTES_PER_NODE_SECOND,
  };
}

/** How often a random trigger fires, about. */
function timesAtRandom(trigger: MethodEntry["trigger"]): number {
  if (trigger.kind !== "random") return 0;
  return (trigger.untilNs - trigger.fromNs) / (trigger.meanGapNs + (trigger.meanForNs ?? 0));
}

/** The share of a run for which a fault holds; of one whose time is not known beforehand, at most. */
function shareHeld({ trigger, durationNs: heldNs }: MethodEntry, durationNs: Nanos): number {
  const once = (fromNs: Nanos): number => Math.min(heldNs ?? durationNs, durationNs - fromNs);
  switch (trigger.kind) {
    case "at":
      return once(trigger.atNs) / durationNs;
    case "every":
      return Math.min(1, (trigger.times * once(trigger.firstNs)) / durationNs);
    case "random": {
      const meanForNs = trigger.meanForNs ?? 0;
      const share = meanForNs / (meanForNs + trigger.meanGapNs);
      return (share * (trigger.untilNs - trigger.fromNs)) / durationNs;
    }
    default:
      return once(0) / durationNs;
  }
}

/** Finds each limit that a run would break, and says what raises it. */
export function lintSize(size: Size, durationNs: Nanos, limits: Limits, reading: Reading): void {
  const { requests, events, nodes, memoryBytes } = size;
  const made = [`${formatCount(Math.round(requests))} requests`, `${nodes} nodes`];
  if (size.refreshes > requests)
    made.push(`${formatCount(Math.round(size.refreshes))} topology refreshes`);
  if (size.injections > requests)
    made.push(`${formatCount(Math.round(size.injections))} faults at random times`);
  const by = made.join(", ");
  if (events > limits.events)
    reading.problem({
      path: ["duration"],
      found: `makes about ${formatCount(Math.round(events / 1e6))} million events (${by})`,
      expected: `at most ${formatCount(limits.events)}; --max-events or maxEvents: raises it`,
    });
  if (nodes > limits.nodes)
    reading.problem({
      path: ["caches"],
      found: `have ${formatCount(nodes)} nodes`,
      expected: `at most ${formatCount(limits.nodes)}; --max-nodes raises it`,
    });
  if (durationNs > limits.durationNs)
    reading.problem({
      path: ["duration"],
      found: `is ${formatDuration(durationNs)}`,
      expected: `at most ${formatDuration(limits.durationNs)}; --max-duration raises it`,
    });
  if (memoryBytes > limits.memoryBytes)
    reading.problem({
      path: ["traffic"],
      found: `needs about ${formatSize(memoryBytes)} of memory (${by})`,
      expected: `at most ${formatSize(limits.memoryBytes)}; --max-memory raises it`,
    });
}
