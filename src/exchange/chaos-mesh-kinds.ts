/** What Chaos Mesh has for each kind of fault. Source: its documentation, "Types of Chaos Experiments", and its API. */

import type { Nanos } from "../base/nanos.ts";
import { formatDuration } from "../base/units.ts";
import type { FaultSettings, NodeTarget, PlaceTarget } from "../faults/contract.ts";
import { meanOf } from "../kernel/distribution-mean.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";
import { type Expressed, LOAD } from "./experiment.ts";
import { type Host, type Injection, namesOf } from "./injection.ts";

/** One experiment of a workflow. */
export interface Chaos {
  readonly templateType: "PodChaos" | "NetworkChaos" | "StressChaos" | "TimeChaos" | "DNSChaos";
  /** Under which a template holds it: `podChaos`. */
  readonly field: string;
  readonly spec: Readonly<Record<string, unknown>>;
  /** Where it holds another time than the fault. */
  readonly holdsNs?: Nanos;
}

interface ChaosWorld {
  readonly resolved: ResolvedScenario;
  readonly hosts: readonly Host[];
}

type Answer = Expressed<Chaos>;

/** The value of `cachequake-host` for a host: labels take no `@`. */
export const labelOf = (name: string): string => name.replace(/[^A-Za-z0-9_.-]/g, ".");

const NAMESPACES = ["default"];

const selector = (operator: "In" | "NotIn", names: readonly string[]) => ({
  namespaces: NAMESPACES,
  expressionSelectors: [{ key: "cachequake-host", operator, values: names.map(labelOf) }],
});

const these = (names: readonly string[]) => ({ mode: "all", selector: selector("In", names) });
const allBut = (names: readonly string[]) => ({ mode: "all", selector: selector("NotIn", names) });

const only = (chaos: Chaos, ...differs: readonly string[]): Answer => ({
  actions: [chaos],
  differs,
});

export function chaosOf(injection: Injection, world: ChaosWorld): Answer {
  const { settings, targets, roles } = injection;
  const { hosts, resolved } = world;
  switch (settings.fault) {
    case "node-crash":
      return only(kill(targets));
    case "host-power-loss":
      return only(kill(targets), "connections are reset, where a host without power falls silent");
    case "node-restart":
      return only(
        { ...failure(targets), holdsNs: settings.downNs },
        "the pod stays, and its process comes up empty",
      );
    case "az-power-interruption":
      return only(
        failure(namesIn(hosts, ({ zone }) => zone === settings.zone)),
        "connections are reset, where a zone without power falls silent",
      );
    case "az-network-disruption":
      return only(cutOff(namesIn(hosts, ({ zone }) => zone === settings.zone)));
    case "region-outage":
      return only(cutOff(namesIn(hosts, ({ region }) => region === settings.region)));
    case "network-partition": {
      const bridge = namesOf(settings.bridge, hosts, roles);
      const sides = sidesOf(targets, settings.to, bridge ?? [], world, roles);
      if (bridge === null || sides === null) return { cannot: CHOSEN };
      return only(network("partition", { ...sides, direction: settings.direction }));
    }
    case "network-latency": {
      const sides = sidesOf(targets, settings.to, [], world, roles);
      if (sides === null) return { cannot: CHOSEN };
      const { addNs, jitterNs } = settings;
      // Uniform from 0 to the jitter is as much to both sides of its middle.
      const delay = {
        latency: formatDuration(addNs + Math.round(jitterNs / 2)),
        jitter: formatDuration(Math.round(jitterNs / 2)),
        correlation: "0",
      };
      return only(network("delay", { ...sides, direction: "both", delay }));
    }
    case "network-loss": {
      const sides = sidesOf(targets, settings.to, [], world, roles);
      if (sides === null) return { cannot: CHOSEN };
      const { share, burst } = settings;
      const correlation = String(Math.round(100 * (1 - 1 / burst)));
      const loss = { loss: String(Math.round(share * 1e4) / 100), correlation };
      const chaos = network("loss", { ...sides, direction: "both", loss });
      return burst > 1 ? only(chaos, "bursts are as long on the average, not alike") : only(chaos);
    }
    case "network-bandwidth": {
      const sides = sidesOf(targets, settings.to, [], world, roles);
      if (sides === null) return { cannot: CHOSEN };
      const rate = `${Math.max(1, Math.round(settings.bytesPerSecond))}bps`;
      // A queue as long as a second takes, at least a few packets.
      const limit = Math.max(20_000, Math.round(settings.bytesPerSecond));
      const bandwidth = { rate, limit, buffer: 10_000 };
      return only(
        network("bandwidth", { ...sides, direction: "both", bandwidth }),
        "each pod has the limit for all its links together",
      );
    }
    case "replication-link-cut": {
      const [replica = ""] = targets;
      const others = siblings(replica, world);
      return only(
        network("partition", { ...these(targets), target: these(others), direction: "both" }),
        "all between it and the shard's other nodes is cut, gossip too",
      );
    }
    case "dns-outage":
      return only({
        templateType: "DNSChaos",
        field: "dnsChaos",
        spec: {
          action: "error",
          ...these(
            namesIn(hosts, ({ kind, region }) => kind === "client" && region === settings.region),
          ),
        },
      });
    case "memory-pressure":
      return only(
        stress(targets, { memory: { workers: 1, size: `${Math.ceil(settings.bytes / 1e6)}MB` } }),
        "the container's memory is taken, not that of the engine's data alone",
      );
    case "node-slow":
      return only(
        stress(targets, {
          cpu: { workers: 1, load: Math.max(1, Math.round(100 * (1 - 1 / settings.factor))) },
        }),
        "takes CPU time of the container: commands get slower, by no certain factor",
      );
    case "origin-slow":
      return slowOrigin(settings, resolved);
    case "clock-skew":
      return only({
        templateType: "TimeChaos",
        field: "timeChaos",
        spec: { ...these(targets), timeOffset: formatDuration(settings.byNs) },
      });
    case "node-pause":
      return {
        cannot: "Chaos Mesh ends processes of pods, it does not stop them and let them go on",
      };
    case "control-plane-outage":
      return { cannot: "what takes the service's place is an operator of your own: scale it down" };
    case "traffic-surge":
    case "hot-key":
      return { cannot: LOAD };
  }
}

const CHOSEN = "which nodes chance chose for the other side is not told";

const namesIn = (hosts: readonly Host[], wanted: (host: Host) => boolean): string[] =>
  hosts.filter(wanted).map(({ name }) => name);

function siblings(node: string, { resolved }: ChaosWorld): string[] {
  const shards = resolved.caches.flatMap((cache) => cache.shards);
  const own = shards.find(({ nodes }) => nodes.some(({ id }) => id === node));
  return own?.nodes.flatMap(({ id }) => (id === node ? [] : [id])) ?? [];
}

const kill = (names: readonly string[]): Chaos => ({
  templateType: "PodChaos",
  field: "podChaos",
  spec: { action: "pod-kill", gracePeriod: 0, ...these(names) },
});

/** Pods that are there and do not run. */
const failure = (names: readonly string[]): Chaos => ({
  templateType: "PodChaos",
  field: "podChaos",
  spec: { action: "pod-failure", ...these(names) },
});

const network = (action: string, spec: Readonly<Record<string, unknown>>): Chaos => ({
  templateType: "NetworkChaos",
  field: "networkChaos",
  spec: { action, ...spec },
});

const cutOff = (names: readonly string[]): Chaos =>
  network("partition", { ...these(names), target: allBut(names), direction: "both" });

const stress = (names: readonly string[], stressors: Readonly<Record<string, unknown>>): Chaos => ({
  templateType: "StressChaos",
  field: "stressChaos",
  spec: { ...these(names), stressors },
});

/** The side that was hit, as selector, and the other one as target; null where chance chose the other. */
function sidesOf(
  side: readonly string[],
  to: readonly (NodeTarget | PlaceTarget)[] | null,
  bridge: readonly string[],
  { hosts }: ChaosWorld,
  roles: Injection["roles"],
): Readonly<Record<string, unknown>> | null {
  if (to === null) return { ...these(side), target: allBut([...side, ...bridge]) };
  const names = namesOf(to, hosts, roles);
  if (names === null) return null;
  const others = names.filter((name) => !side.includes(name) && !bridge.includes(name));
  return { ...these(side), target: these(others) };
}

/** Time on the way to an origin, as much as its mean service takes longer. */
function slowOrigin(
  { origin, factor }: Extract<FaultSettings, { fault: "origin-slow" }>,
  { origins }: ResolvedScenario,
): Answer {
  const found = origins.find(({ name }) => name === origin);
  const meanNs = found === undefined ? Number.POSITIVE_INFINITY : meanOf(found.serviceTime);
  if (!Number.isFinite(meanNs) || factor <= 1)
    return { cannot: "Chaos Mesh has nothing that makes answers quicker, or longer by no mean" };
  const delay = {
    latency: formatDuration(Math.round(meanNs * (factor - 1))),
    jitter: "0ms",
    correlation: "0",
  };
  return only(
    network("delay", { ...these([origin]), direction: "to", delay }),
    "each answer comes later by the mean of what was added, and the origin serves as many at a time",
  );
}
