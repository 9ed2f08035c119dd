/**
 * Actions of AWS FIS for each kind of fault.
 *
 * What they hit is found by tags: `cachequake-cache` on replication groups, `cachequake-scenario` on subnets and
 * instances of the scenario, `cachequake-host` on instances (a self-managed node, a sentinel, a client host, named as the
 * report names it), `cachequake-traffic` on instances of clients.
 *
 * Source: AWS FIS user guide, "Actions reference" and "Use Systems Manager SSM documents with AWS FIS".
 */
import type { NodeTarget, PlaceTarget } from "../faults/contract.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";
import { type Expressed, LOAD } from "./experiment.ts";
import { type Host, type Injection, namesOf } from "./injection.ts";

export interface FisTarget {
  /** Under which the action names it: `Subnets`. */
  readonly key: string;
  readonly resourceType: string;
  readonly resourceTags: Readonly<Record<string, string>>;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly filters?: readonly { readonly path: string; readonly values: readonly string[] }[];
  readonly selectionMode: "ALL";
}

export interface FisAction {
  readonly region: string;
  readonly actionId: string;
  /** It lasts as long as FIS holds it; false: it is over at once. */
  readonly holds: boolean;
  readonly target: FisTarget;
  readonly parameters: (duration: string, seconds: number) => Readonly<Record<string, string>>;
}

/** The same for the same target: letters, digits and dashes. */
export function fisTargetName({ key, resourceTags, parameters, filters }: FisTarget): string {
  const zone = parameters?.["availabilityZoneIdentifier"] ?? filters?.[0]?.values[0];
  const words = [key, ...Object.values(resourceTags), ...(zone === undefined ? [] : [zone])];
  return words.join("-").replace(/[^A-Za-z0-9]+/g, "-");
}

interface FisWorld {
  readonly resolved: ResolvedScenario;
  readonly hosts: readonly Host[];
}

type Answer = Expressed<FisAction>;

const UNREACHED = "the nodes are ElastiCache's own: FIS reaches their zones, not single nodes";

export function fisActionsOf(injection: Injection, world: FisWorld): Answer {
  const { settings } = injection;
  switch (settings.fault) {
    case "az-power-interruption":
      return zonePower(settings.zone, world);
    case "az-network-disruption":
      return zoneCut(settings.zone, world);
    case "region-outage":
      return regionCut(settings.region, world);
    case "node-crash":
    case "host-power-loss":
    case "node-restart":
      return nodeLoss(injection, world);
    case "network-partition": {
      const { isolate, to, direction, bridge } = settings;
      const [only] = isolate;
      if (isolate.length === 1 && only?.kind === "zone" && to === null && bridge.length === 0)
        if (direction === "both") return zoneCut(only.zone, world);
      if (bridge.length > 0) return { cannot: "FIS has no bridge between the sides of a cut" };
      return links(injection, world, { from: isolate, to }, loss(1), direction);
    }
    case "network-latency": {
      const { addNs, jitterNs } = settings;
      // Uniform from 0 to the jitter is as much to both sides of its middle.
      const delay = {
        DelayMilliseconds: String(Math.round((addNs + jitterNs / 2) / 1e6)),
        JitterMilliseconds: String(Math.round(jitterNs / 2e6)),
      };
      return links(injection, world, settings, ["AWSFIS-Run-Network-Latency-Sources", delay]);
    }
    case "network-loss": {
      const answer = links(injection, world, settings, loss(settings.share));
      return settings.burst > 1 ? differing(answer, "packets are lost one by one") : answer;
    }
    case "replication-link-cut":
      return linkCut(injection, world);
    case "memory-pressure": {
      const { bytes } = settings;
      return onNodes(injection, world, ({ group }) => {
        const whole = group?.engine.maxmemoryBytes ?? bytes;
        const percent = Math.min(100, Math.max(1, Math.round((100 * bytes) / whole)));
        return ["AWSFIS-Run-Memory-Stress", { Percent: String(percent) }];
      });
    }
    case "node-slow": {
      const load = Math.max(1, Math.round(100 * (1 - 1 / settings.factor)));
      const answer = onNodes(injection, world, () => [
        "AWSFIS-Run-CPU-Stress",
        { LoadPercent: String(load) },
      ]);
      return differing(answer, "takes CPU time: commands get slower, by no certain factor");
    }
    case "dns-outage":
      return dnsCut(settings.region, world);
    case "network-bandwidth":
      return { cannot: "FIS has no action that narrows a link" };
    case "node-pause":
      return { cannot: "FIS can end a process (SIGTERM, SIGKILL), not stop it and let it go on" };
    case "clock-skew":
      return { cannot: "FIS has no action on clocks" };
    case "control-plane-outage":
      return { cannot: "ElastiCache's own control plane is out of FIS's reach" };
    case "origin-slow":
      return { cannot: "FIS has no action that makes a database slower by a factor" };
    case "traffic-surge":
    case "hot-key":
      return { cannot: LOAD };
  }
}

const differing = (answer: Answer, word: string): Answer =>
  "cannot" in answer ? answer : { ...answer, differs: [...(answer.differs ?? []), word] };

/** An AZ ID (use1-az1) or a name (us-east-1a): resources say either, each in a field of its own. */
const isZoneId = (zone: string): boolean => /-az\d+$/.test(zone);

const inZone = (path: string, zone: string): FisTarget["filters"] => [
  { path: isZoneId(zone) ? `${path}Id` : path, values: [zone] },
];

const regionOfZone = (zone: string, { resolved }: FisWorld): string =>
  resolved.regions.find(({ zones }) => zones.includes(zone))?.name ?? "";

/** Power of a zone: of the nodes of each group that has some there, and of clients and self-managed nodes. */
function zonePower(zone: string, world: FisWorld): Answer {
  const { hosts, resolved } = world;
  const region = regionOfZone(zone, world);
  const inside = hosts.filter((host) => host.zone === zone);
  const groups = resolved.caches.filter(({ name }) =>
    inside.some(({ kind, group }) => kind === "managed" && group?.name === name),
  );
  const alone = groups.find(({ multiAz }) => !multiAz);
  if (alone !== undefined)
    return { cannot: `FIS interrupts the power of Multi-AZ groups only: ${alone.name} is none` };
  const actions = groups.map(({ name }) => powerOf(name, zone, region));
  const instances = inside.some(({ kind }) => kind !== "managed" && kind !== "origin");
  if (instances) {
    const { name } = resolved;
    actions.push({
      region,
      actionId: "aws:ec2:stop-instances",
      holds: true,
      target: {
        key: "Instances",
        resourceType: "aws:ec2:instance",
        resourceTags: { "cachequake-scenario": name },
        filters: inZone("Placement.AvailabilityZone", zone) ?? [],
        selectionMode: "ALL",
      },
      parameters: (duration) => ({
        startInstancesAfterDuration: duration,
        completeIfInstancesTerminated: "true",
      }),
    });
  }
  if (actions.length === 0) return { cannot: "nothing that FIS could stop stands in that zone" };
  return instances
    ? { actions, differs: ["instances are shut down in order, not at once"] }
    : { actions };
}

const powerOf = (cache: string, zone: string, region: string): FisAction => ({
  region,
  actionId: "aws:elasticache:replicationgroup-interrupt-az-power",
  holds: true,
  target: {
    key: "ReplicationGroups",
    resourceType: "aws:elasticache:replicationgroup",
    resourceTags: { "cachequake-cache": cache },
    parameters: { availabilityZoneIdentifier: zone },
    selectionMode: "ALL",
  },
  parameters: (duration) => ({ duration }),
});

const subnets = (world: FisWorld, filters?: FisTarget["filters"]): FisTarget => ({
  key: "Subnets",
  resourceType: "aws:ec2:subnet",
  resourceTags: { "cachequake-scenario": world.resolved.name },
  ...(filters === undefined ? {} : { filters }),
  selectionMode: "ALL",
});

/** All that enters or leaves the subnets of a zone. */
function zoneCut(zone: string, world: FisWorld): Answer {
  const action: FisAction = {
    region: regionOfZone(zone, world),
    actionId: "aws:network:disrupt-connectivity",
    holds: true,
    target: subnets(world, inZone("AvailabilityZone", zone)),
    parameters: (duration) => ({ scope: "all", duration }),
  };
  return { actions: [action], differs: ["subnets of the zone are cut from each other too"] };
}

function regionCut(region: string, world: FisWorld): Answer {
  const others = world.resolved.regions.filter(({ name }) => name !== region);
  if (others.length === 0)
    return { cannot: "FIS cuts one Region from another, and the scenario has one alone" };
  const actions = others.map(
    ({ name }): FisAction => ({
      region,
      actionId: "aws:network:route-table-disrupt-cross-region-connectivity",
      holds: true,
      target: subnets(world),
      parameters: (duration) => ({ region: name, duration }),
    }),
  );
  return {
    actions,
    differs: ["only what leaves the subnets is cut; a Global Datastore's replication may go on"],
  };
}

/** Death of nodes: by the power of their zone where the group has no other node there, or on the instance itself. */
function nodeLoss({ settings, targets }: Injection, world: FisWorld): Answer {
  const hosts = hit(targets, world);
  if (hosts.every(({ kind }) => kind !== "managed")) return instanceLoss(settings.fault, hosts);
  if (settings.fault === "node-restart")
    return {
      cannot: "FIS has no action that restarts an ElastiCache node; RebootCacheCluster does",
    };
  const actions: FisAction[] = [];
  for (const host of hosts) {
    const { name, zone, region, group } = host;
    if (group === null || zone === null) return { cannot: UNREACHED };
    if (!group.multiAz)
      return { cannot: `FIS interrupts the power of Multi-AZ groups only: ${group.name} is none` };
    const beside = world.hosts.filter(
      (other) => other.group === group && other.zone === zone && other.name !== name,
    ).length;
    if (beside > 0)
      return {
        cannot: `FIS takes the power of all of a group's nodes in a zone, and ${beside} more of ${group.name} stand in ${zone}`,
      };
    actions.push(powerOf(group.name, zone, region));
  }
  return settings.fault === "host-power-loss"
    ? { actions }
    : { actions, differs: ["the node falls silent, where a process that dies resets connections"] };
}

function instanceLoss(fault: string, hosts: readonly Host[]): Answer {
  if (fault !== "host-power-loss") {
    const actions = hosts.map((host) =>
      document(host, "AWSFIS-Run-Kill-Process", () => ({
        ProcessName: `${host.group?.engine.engine ?? "valkey"}-${host.kind === "sentinel" ? "sentinel" : "server"}`,
        Signal: "SIGKILL",
      })),
    );
    return fault === "node-crash"
      ? { actions }
      : { actions, differs: ["its supervisor says when it comes up again"] };
  }
  const actions = hosts.map(
    (host): FisAction => ({
      region: host.region,
      actionId: "aws:ec2:stop-instances",
      holds: false,
      target: instance(host),
      parameters: () => ({ completeIfInstancesTerminated: "true" }),
    }),
  );
  return { actions, differs: ["the instance is shut down in order, not at once"] };
}

const instance = ({ name }: Host): FisTarget => ({
  key: "Instances",
  resourceType: "aws:ec2:instance",
  resourceTags: { "cachequake-host": name },
  selectionMode: "ALL",
});

/** Runs a document of FIS on the instance of a host. */
const document = (
  host: Host,
  name: string,
  parameters: (seconds: number) => Readonly<Record<string, string>>,
  target = instance(host),
): FisAction => ({
  region: host.region,
  actionId: "aws:ssm:send-command",
  holds: name !== "AWSFIS-Run-Kill-Process",
  target,
  parameters: (duration, seconds) => ({
    documentArn: `arn:aws:ssm:${host.region}::document/${name}`,
    documentParameters: JSON.stringify({ ...parameters(seconds), InstallDependencies: "True" }),
    duration,
  }),
});

const hit = (names: readonly string[], { hosts }: FisWorld): readonly Host[] =>
  hosts.filter(({ name }) => names.includes(name));

type Document = readonly [name: string, parameters: Readonly<Record<string, string>>];

const loss = (share: number): Document => [
  "AWSFIS-Run-Network-Packet-Loss-Sources",
  { LossPercent: String(Math.max(1, Math.round(share * 100))) },
];

/** A document on each node that was hit; none of them is the service's. */
function onNodes({ targets }: Injection, world: FisWorld, of: (host: Host) => Document): Answer {
  const hosts = hit(targets, world);
  if (hosts.some(({ kind }) => kind === "managed")) return { cannot: UNREACHED };
  const actions = hosts.map((host) => {
    const [name, parameters] = of(host);
    return document(host, name, (seconds) => ({ DurationSeconds: String(seconds), ...parameters }));
  });
  return { actions };
}

/** A document on the hosts of one side, for packets to or from the other. */
function links(
  injection: Injection,
  world: FisWorld,
  sides: {
    readonly from: readonly (NodeTarget | PlaceTarget)[];
    readonly to: readonly (NodeTarget | PlaceTarget)[] | null;
  },
  [name, parameters]: Document,
  direction: "to" | "from" | "both" = "both",
): Answer {
  const { to } = sides;
  const places = to?.flatMap((target) => (target.kind === "zone" ? [target.zone] : []));
  const names = to === null ? ["ALL"] : namesOf(to, world.hosts, injection.roles);
  if (names === null) return { cannot: "which nodes chance chose is not told" };
  const sources = places?.length === to?.length && places !== undefined ? places : names;
  const answer = onNodes(injection, world, () => [
    name,
    {
      ...parameters,
      Sources: sources.join(","),
      TrafficType: direction === "to" ? "egress" : "ingress",
    },
  ]);
  const byName = to !== null && sources !== places;
  return [
    ...(direction === "both"
      ? ["packets that arrive alone: a host runs one such document at a time"]
      : []),
    ...(byName ? ["the other side goes by names, which have to resolve"] : []),
  ].reduce(differing, answer);
}

/** A replica apart from all other nodes of its shard. */
function linkCut(injection: Injection, world: FisWorld): Answer {
  const [node] = hit(injection.targets, world);
  const shard = node?.group?.shards.find(({ nodes }) => nodes.some(({ id }) => id === node.name));
  const others = shard?.nodes.flatMap(({ id }) => (id === node?.name ? [] : [id])) ?? [];
  const [name, parameters] = loss(1);
  const answer = onNodes(injection, world, () => [
    name,
    { ...parameters, Sources: others.join(","), TrafficType: "ingress" },
  ]);
  return differing(answer, "all that comes from the shard's other nodes is cut, gossip too");
}

/** Questions of a Region's clients, which go out by UDP to port 53. */
function dnsCut(region: string, { resolved, hosts }: FisWorld): Answer {
  const actions = resolved.traffic.flatMap((traffic) => {
    const host = hosts.find(
      ({ name, kind }) => kind === "client" && name.startsWith(`${traffic.name}@`),
    );
    if (traffic.region !== region || host === undefined) return [];
    const target = {
      ...instance(host),
      resourceTags: { "cachequake-traffic": traffic.name },
    };
    return [
      document(
        host,
        "AWSFIS-Run-Network-Blackhole-Port",
        (seconds) => ({
          Protocol: "udp",
          Port: "53",
          TrafficType: "egress",
          DurationSeconds: String(seconds),
        }),
        target,
      ),
    ];
  });
  return actions.length === 0 ? { cannot: "no client stands in that Region" } : { actions };
}
