/** What a scenario says that has no counterpart on real servers of this machine, as problems of the user's input. */

import { MINUTE } from "../base/nanos.ts";
import { formatCount, formatDuration, formatSize } from "../base/units.ts";
import type { MethodEntry } from "../faults/contract.ts";
import { createSampler } from "../kernel/sampler.ts";
import { Stream } from "../kernel/streams.ts";
import type { ReplicationGroupSettings } from "../model/kinds/replication-group-settings.ts";
import { peakPerSecond } from "../model/traffic/offered-rate.ts";
import type { TrafficSettings } from "../model/traffic/traffic-settings.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";
import type { Path } from "../scenario/source.ts";

const NODES_MAX = 12;
const REQUESTS_PER_SECOND_MAX = 1000;
const DURATION_MAX = 10 * MINUTE;
const DATA_BYTES_MAX = 256e6;

const REAL_FAULTS = [
  "node-crash",
  "node-pause",
  "network-partition",
  "network-latency",
  "network-bandwidth",
  "network-loss",
];
const COMPARED = [
  "rpo",
  "rto",
  "steady",
  "availability",
  "latency",
  "hitRatio",
  "noSplitBrain",
  "noLostWrites",
];

interface Unreal {
  /** In the scenario's words: `["method", 0, "fault"]`. */
  readonly path: Path;
  readonly found: string;
  readonly expected: string;
}

export function findUnreal(resolved: ResolvedScenario): Unreal[] {
  const { caches, globalDatastores, durationNs, plant } = resolved;
  const problems: Unreal[] = [];
  if (globalDatastores.length > 0) {
    problems.push({
      path: ["globalDatastores"],
      found: "is given",
      expected: "none: a Global Datastore has no real counterpart on one machine",
    });
  }
  const [cache] = caches;
  if (caches.length !== 1 || cache === undefined) {
    const found = `has ${caches.length} entries`;
    problems.push({ path: ["caches"], found, expected: "one replication group" });
  } else problems.push(...ofCache(cache, resolved.traffic));
  if (durationNs > DURATION_MAX) {
    problems.push({
      path: ["duration"],
      found: `is ${formatDuration(durationNs)}`,
      expected: `at most ${formatDuration(DURATION_MAX)}, for it passes in real time`,
    });
  }
  if (plant !== null) {
    problems.push({
      path: ["plant"],
      found: `is "${plant}"`,
      expected: "none: a planted bug has no real counterpart",
    });
  }
  problems.push(...ofTraffic(resolved.traffic));
  if (cache !== undefined) problems.push(...ofReplacement(cache, resolved));
  problems.push(...resolved.method.flatMap(ofEntry));
  for (const [at, { metric }] of resolved.expect.entries()) {
    if (COMPARED.includes(metric)) continue;
    problems.push({
      path: ["expect", at],
      found: `is ${metric}, which has no real counterpart`,
      expected: `one of ${COMPARED.join(", ")}`,
    });
  }
  return problems;
}

function ofCache(cache: ReplicationGroupSettings, traffic: readonly TrafficSettings[]): Unreal[] {
  const problems: Unreal[] = [];
  const path = ["caches", cache.name];
  const { restartAfterNs = null, sentinels = null } = cache.selfManaged ?? {};
  if (cache.clusterMode !== "enabled" && sentinels === null) {
    problems.push({
      path: [...path, "clusterMode"],
      found: `is "${cache.clusterMode}"`,
      expected:
        "enabled: without it the managed service leads failovers, which is not at hand here",
    });
  }
  if (restartAfterNs !== null) {
    const expected = "none: what dies stays dead here";
    problems.push({ path: [...path, "restart"], found: "is given", expected });
  }
  const { memory, maxmemoryBytes } = cache.engine;
  if (cache.selfManaged !== undefined && memory.physicalBytes !== 2 * maxmemoryBytes) {
    problems.push({
      path: [...path, "hostMemory"],
      found: `is ${formatSize(memory.physicalBytes)}`,
      expected: "none: the real servers here have the memory of this machine",
    });
  }
  if (cache.engine.transitEncryption !== null) {
    const found = "is true";
    const expected = "false: the real servers here speak plain TCP";
    problems.push({ path: [...path, "transitEncryptionEnabled"], found, expected });
  }
  const nodes = cache.shards.reduce((sum, shard) => sum + shard.nodes.length, 0);
  const watching = sentinels?.processes.length ?? 0;
  if (nodes + watching > NODES_MAX) {
    const found = `has ${nodes} nodes${watching === 0 ? "" : ` and ${watching} sentinels`}`;
    problems.push({ path, found, expected: `at most ${NODES_MAX}, each a process here` });
  }
  const [first] = traffic;
  if (first !== undefined) {
    const values = createSampler(first.keys.valueSize);
    const bytes = values.constant ?? values.sample(new Stream("size"));
    const total = bytes * Math.max(...traffic.map(({ keys }) => keys.count));
    if (total > DATA_BYTES_MAX) {
      problems.push({
        path: ["traffic", first.name, "keys"],
        found: `are ${formatSize(Math.round(total))} of values`,
        expected: `at most ${formatSize(DATA_BYTES_MAX)}, for every node keeps its share in memory`,
      });
    }
  }
  return problems;
}

/** A node that died is replaced by the service, which no real server here has. */
function ofReplacement(
  { selfManaged, service }: ReplicationGroupSettings,
  { method, durationNs }: ResolvedScenario,
): Unreal[] {
  const crash = method.find(({ action }) => "fault" in action && action.fault === "node-crash");
  if (selfManaged !== undefined || crash === undefined) return [];
  const { trigger } = crash;
  const diedAt =
    trigger.kind === "at" ? trigger.atNs : trigger.kind === "every" ? trigger.firstNs : 0;
  const latest = diedAt + service.monitorDetectionNs + service.replacementProvisioningNs;
  if (durationNs <= latest) return [];
  return [
    {
      path: ["duration"],
      found: `is ${formatDuration(durationNs)}, in which the service replaces the node that died`,
      expected: `at most ${formatDuration(latest)}: what dies stays dead here`,
    },
  ];
}

function ofTraffic(traffic: readonly TrafficSettings[]): Unreal[] {
  const problems: Unreal[] = [];
  const rate = traffic.reduce((sum, { arrivals }) => sum + peakPerSecond(arrivals), 0);
  if (rate > REQUESTS_PER_SECOND_MAX) {
    problems.push({
      path: ["traffic"],
      found: `has ${formatCount(Math.round(rate))} requests/s in all`,
      expected: `at most ${formatCount(REQUESTS_PER_SECOND_MAX)}/s`,
    });
  }
  for (const { name, arrivals, onMiss, client, keys } of traffic) {
    if (arrivals.kind === "recorded") {
      problems.push({
        path: ["traffic", name, "trace"],
        found: "is a recorded trace",
        expected: "arrivals that are drawn: a twin plays no recording",
      });
    }
    if (keys.perGet > 1) {
      problems.push({
        path: ["traffic", name, "keys", "perGet"],
        found: `is ${keys.perGet}`,
        expected: "1: a twin's clients send GET and SET",
      });
    }
    if (keys.collection !== null) {
      problems.push({
        path: ["traffic", name, "keys", "type"],
        found: `is "${keys.collection.type}"`,
        expected: "string: a twin's clients send GET and SET",
      });
    }
    if (arrivals.kind === "users") {
      problems.push({
        path: ["traffic", name, "arrivals", "users"],
        found: "wait for answers",
        expected: "rate, phases or daily: requests are planned before the first of them is sent",
      });
    }
    if (onMiss !== null) {
      problems.push({
        path: ["traffic", name, "onMiss"],
        found: `is "${onMiss}"`,
        expected: "none: an origin has no real counterpart",
      });
    }
    if (client.readFrom !== "primary" || client.readLocalRegion) {
      problems.push({
        path: ["traffic", name, "client"],
        found: "reads from replicas",
        expected: "readFrom: primary, for replica reads are not compared",
      });
    }
    if (client.sentinel?.subscribe === true) {
      problems.push({
        path: ["traffic", name, "client", "sentinel", "subscribe"],
        found: "is true",
        expected: "false: the real client here asks sentinels and does not listen to them",
      });
    }
    if (client.commandTimeoutCovers === "waiting" || client.retry.budget !== null) {
      const [word, found] =
        client.retry.budget === null
          ? ["commandTimeout", "does not end what was sent"]
          : ["retry", "has a budget"];
      problems.push({
        path: ["traffic", name, "client", word],
        found,
        expected: "what the real client does: a timeout for each attempt, and no budget",
      });
    }
  }
  return problems;
}

function ofEntry({ index, action, trigger }: MethodEntry): Unreal[] {
  const path = ["method", index];
  if ("step" in action) {
    const found = `is "${action.step}", which has no real counterpart`;
    return [{ path: [...path, "step"], found, expected: `a fault: ${REAL_FAULTS.join(", ")}` }];
  }
  const problems: Unreal[] = [];
  if (!REAL_FAULTS.includes(action.fault)) {
    problems.push({
      path: [...path, "fault"],
      found: `is "${action.fault}", which has no real counterpart`,
      expected: `one of ${REAL_FAULTS.join(", ")}`,
    });
  }
  const target = "target" in action ? action.target : null;
  if (target !== null && "kind" in target && target.kind === "sentinel") {
    problems.push({
      path: [...path, "target"],
      found: "names sentinels",
      expected: "nodes: a fault of a sentinel has no real counterpart here",
    });
  }
  const follows = trigger.kind === "after" && trigger.event.kind === "fault";
  if (trigger.kind !== "at" && trigger.kind !== "every" && !follows) {
    problems.push({
      path: [...path, trigger.kind],
      found: "waits for a state or event that is not watched on real servers",
      expected: "at, every, or after a fault or heal",
    });
  }
  if (action.fault === "network-partition") {
    if (action.direction !== "both") {
      problems.push({
        path: [...path, "direction"],
        found: `is "${action.direction}"`,
        expected: "both: a cut of one direction has no real counterpart on loopback",
      });
    }
    if (action.to !== null) {
      problems.push({
        path: [...path, "to"],
        found: "is given",
        expected: "nothing: nodes are cut off from all others",
      });
    }
  }
  if (
    action.fault === "network-partition" ||
    action.fault === "network-latency" ||
    action.fault === "network-bandwidth" ||
    action.fault === "network-loss"
  ) {
    const sides =
      action.fault === "network-partition"
        ? [...action.isolate, ...action.bridge]
        : [...action.from, ...(action.to ?? [])];
    if (sides.some(({ kind }) => kind === "region")) {
      problems.push({
        path,
        found: "names a Region",
        expected: "nodes or zones: all is one Region",
      });
    }
  }
  return problems;
}
