/**
 * Samples metrics of simulated work at a fixed step. Names are CloudWatch's where it has one.
 * Source: ElastiCache user guide, metrics for Valkey and Redis OSS.
 */
import { type Nanos, SECOND, toSeconds } from "../base/nanos.ts";
import type { SeriesRecorder } from "../measure/series-recorder.ts";
import { NodeCounters, type RedisNode } from "../model/engine/redis/redis-node.ts";
import type { World } from "../model/world.ts";

const COUNTERS: readonly (readonly [metric: string, unit: string, field: keyof NodeCounters])[] = [
  ["GetTypeCmds", "Count", "getCommands"],
  ["SetTypeCmds", "Count", "setCommands"],
  ["CacheHits", "Count", "hits"],
  ["CacheMisses", "Count", "misses"],
  ["Evictions", "Count", "evictions"],
  ["Reclaimed", "Count", "reclaimed"],
  ["NetworkBytesIn", "Bytes", "bytesIn"],
  ["NetworkBytesOut", "Bytes", "bytesOut"],
  ["ReplicationBytes", "Bytes", "replicationBytes"],
  ["NewConnections", "Count", "newConnections"],
];

/** Metric names and what they say, for `list metrics`. */
export const metricNames: readonly {
  readonly metric: string;
  readonly unit: string;
  readonly of: string;
}[] = [
  ...COUNTERS.map(([metric, unit]) => ({ metric, unit, of: "node" })),
  { metric: "CurrConnections", unit: "Count", of: "node" },
  { metric: "CurrItems", unit: "Count", of: "node" },
  { metric: "BytesUsedForCache", unit: "Bytes", of: "node" },
  { metric: "DatabaseMemoryUsagePercentage", unit: "Percent", of: "node" },
  { metric: "FreeableMemory", unit: "Bytes", of: "node" },
  { metric: "SwapUsage", unit: "Bytes", of: "node" },
  { metric: "SaveInProgress", unit: "Count", of: "node" },
  { metric: "EngineCPUUtilization", unit: "Percent", of: "node" },
  { metric: "ReplicationLag", unit: "Seconds", of: "node" },
  { metric: "IsMaster", unit: "Count", of: "node" },
  { metric: "GlobalDatastoreReplicationLag", unit: "Seconds", of: "cache" },
  { metric: "OriginConcurrency", unit: "Count", of: "origin" },
  { metric: "OriginQueued", unit: "Count", of: "origin" },
];

/** The step that gives at most 400 points: 1, 2, 5, 10, 15, 30 or 60 s, or whole minutes. */
export function metricStepNs(durationNs: Nanos): Nanos {
  const least = toSeconds(durationNs) / 400;
  const step = [1, 2, 5, 10, 15, 30, 60].find((seconds) => seconds >= least);
  return (step ?? Math.ceil(least / 60) * 60) * SECOND;
}

export class Metrics {
  private readonly before: NodeCounters[];
  private readonly kind: number;
  private readonly target: number;

  constructor(
    private readonly world: World,
    private readonly series: SeriesRecorder,
    private readonly stepNs: Nanos,
    private readonly untilNs: Nanos,
  ) {
    this.before = world.nodes.map(() => new NodeCounters());
    this.target = world.kernel.target("metrics");
    this.kind = world.kernel.kind("metrics", () => this.sample(), 3);
  }

  start(): void {
    this.world.kernel.schedule(this.stepNs, this.kind, this.target, 0, 0);
  }

  private sample(): void {
    const { world, series } = this;
    const { now } = world.kernel;
    for (const node of world.nodes) this.sampleNode(node, now);
    for (const datastore of world.datastores) {
      for (const group of datastore.groups) {
        const lag = group === datastore.primary ? null : toSeconds(datastore.lagAt(group, now));
        series.sample("GlobalDatastoreReplicationLag", group.name, "Seconds", lag);
      }
    }
    for (const origin of world.origins) {
      series.sample("OriginConcurrency", origin.name, "Count", origin.busy);
      series.sample("OriginQueued", origin.name, "Count", origin.queued);
    }
    if (now + this.stepNs <= this.untilNs)
      world.kernel.schedule(now + this.stepNs, this.kind, this.target, 0, 0);
  }

  private sampleNode(node: RedisNode, now: Nanos): void {
    const { series, stepNs } = this;
    const before = this.before[node.index] as NodeCounters;
    const { counters } = node;
    for (const [metric, unit, field] of COUNTERS) {
      series.sample(metric, node.id, unit, node.alive ? counters[field] - before[field] : null);
    }
    const cpu = (100 * (counters.commandNs - before.commandNs)) / stepNs;
    const gauge = (metric: string, unit: string, value: number): void =>
      series.sample(metric, node.id, unit, node.alive ? value : null);
    gauge("EngineCPUUtilization", "Percent", Math.round(cpu * 1e4) / 1e4);
    gauge("CurrConnections", "Count", node.clientConnections);
    gauge("CurrItems", "Count", node.keyspace.size);
    gauge("BytesUsedForCache", "Bytes", node.usedBytes);
    gauge(
      "DatabaseMemoryUsagePercentage",
      "Percent",
      Math.round((1e4 * 100 * node.usedBytes) / node.settings.maxmemoryBytes) / 1e4,
    );
    gauge("FreeableMemory", "Bytes", Math.round(node.memory.freeBytes(node.usedBytes)));
    gauge("SwapUsage", "Bytes", Math.round(node.memory.swappedBytes));
    gauge("SaveInProgress", "Count", node.memory.saving ? 1 : 0);
    gauge("IsMaster", "Count", node.leads ? 1 : 0);
    series.sample(
      "ReplicationLag",
      node.id,
      "Seconds",
      node.alive && node.upstream !== null ? toSeconds(node.lagAt(now)) : null,
    );
    Object.assign(before, counters);
  }
}
