/** What a run did to its world, for tools that are to do the same to another one. */
import { type Nanos, SECOND } from "../base/nanos.ts";
import { formatDuration } from "../base/units.ts";
import type {
  FaultSettings,
  MethodEntry,
  NodeTarget,
  PlaceTarget,
  StepSettings,
} from "../faults/contract.ts";
import type { FaultKind } from "../faults/fault-kind.ts";
import { faultKinds } from "../faults/registry.ts";
import type { ReplicationGroupSettings } from "../model/kinds/replication-group-settings.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";

/** A fault as the journal has it. Seconds; roles by node: `primary of cart/shard 1`. */
export interface ToldFault {
  readonly kind: string;
  readonly targets: readonly string[];
  readonly roles: Readonly<Record<string, string>>;
  readonly injectedAt: number;
  readonly healedAt: number | null;
}

/** A fault of the method, when it came, and what it hit. */
export interface Injection {
  readonly settings: FaultSettings;
  /** Hosts or places, as the report names them. */
  readonly targets: readonly string[];
  readonly roles: Readonly<Record<string, string>>;
  readonly atNs: Nanos;
  /** To the heal, or to the end of the run; null for a kind without a heal. */
  readonly forNs: Nanos | null;
  /** In words: kind, whom it was aimed at, and when. */
  readonly what: string;
}

/** Where something stands that a fault can hit. */
export interface Host {
  readonly name: string;
  /** `managed`: a node that the service looks after, and no one else reaches. */
  readonly kind: "managed" | "node" | "sentinel" | "client" | "origin";
  /** Null for one that no single zone takes away. */
  readonly zone: string | null;
  readonly region: string;
  /** Of nodes and sentinels. */
  readonly group: ReplicationGroupSettings | null;
}

/** @param told - the run's faults, in the order in which they were injected */
export function injectionsOf(
  resolved: ResolvedScenario,
  told: readonly ToldFault[],
): readonly Injection[] {
  const used = new Set<MethodEntry>();
  return told.flatMap((fault) => {
    const atNs = Math.round(fault.injectedAt * SECOND);
    const healedNs = fault.healedAt === null ? null : Math.round(fault.healedAt * SECOND);
    const entry = entryOf(resolved.method, { kind: fault.kind, atNs, healedNs }, used);
    // What hit nothing is not worth repeating.
    if (entry === null || fault.targets.length === 0) return [];
    const settings = entry.action as FaultSettings;
    const kind = faultKinds[settings.fault] as unknown as FaultKind<FaultSettings>;
    const { targets, roles } = fault;
    const forNs = kind.heals ? (healedNs ?? resolved.durationNs) - atNs : null;
    const holds = forNs === null ? "" : ` for ${formatDuration(forNs)}`;
    const what = `${kind.kind} of ${kind.blastRadius(settings)} at ${formatDuration(atNs)}${holds}`;
    return [{ settings, targets, roles, atNs, forNs, what }];
  });
}

/** Steps of the method, in words. */
export function stepsOf({ method }: ResolvedScenario): readonly string[] {
  return method.flatMap(({ action, trigger }) => {
    if ("fault" in action) return [];
    const when = trigger.kind === "at" ? ` at ${formatDuration(trigger.atNs)}` : "";
    return [`${action.step} of ${subjectOf(action)}${when}`];
  });
}

const subjectOf = (step: StepSettings): string =>
  step.step === "promote-secondary-region"
    ? step.to
    : "node" in step && step.node !== null
      ? step.node
      : "cache" in step
        ? `${step.cache}/shard ${step.shard}`
        : "a node";

/** The entry that brought a fault: the first of its kind that fits in time and was not used up before. */
function entryOf(
  method: readonly MethodEntry[],
  fault: { readonly kind: string; readonly atNs: Nanos; readonly healedNs: Nanos | null },
  used: Set<MethodEntry>,
): MethodEntry | null {
  const own = method.filter(({ action }) => "fault" in action && action.fault === fault.kind);
  const lasts = ({ durationNs }: MethodEntry): boolean =>
    fault.healedNs === null ||
    durationNs === null ||
    Math.abs(durationNs - (fault.healedNs - fault.atNs)) < 2;
  const firesThen = ({ trigger }: MethodEntry): boolean =>
    (trigger.kind === "at" && Math.abs(trigger.atNs - fault.atNs) < 2) ||
    (trigger.kind === "every" && (fault.atNs - trigger.firstNs) % trigger.everyNs < 2);
  const atAnyTime = ({ trigger }: MethodEntry): boolean =>
    trigger.kind !== "at" && trigger.kind !== "every";
  const found =
    own.find((entry) => firesThen(entry) && lasts(entry) && !used.has(entry)) ??
    own.find((entry) => atAnyTime(entry) && lasts(entry) && !used.has(entry)) ??
    null;
  if (found !== null && ["at", "when", "after"].includes(found.trigger.kind)) used.add(found);
  return found;
}

/** Everything that stands somewhere. */
export function hostsOf({ caches, traffic, origins, regions }: ResolvedScenario): readonly Host[] {
  const regionOf = (zone: string): string =>
    regions.find(({ zones }) => zones.includes(zone))?.name ?? "";
  return [
    ...caches.flatMap((group) => {
      const kind = group.kind === "self-managed" ? "node" : "managed";
      const nodes = group.shards.flatMap(({ nodes: own, later = [] }) => [...own, ...later]);
      const sentinels = group.selfManaged?.sentinels?.processes ?? [];
      return [
        ...nodes.map(({ id, zone }): Host => ({ ...at(id, zone), kind, group })),
        ...sentinels.map(({ id, zone }): Host => ({ ...at(id, zone), kind: "sentinel", group })),
      ];
    }),
    ...traffic.flatMap(({ name, zones }) =>
      zones.map((zone): Host => ({ ...at(`${name}@${zone}`, zone), kind: "client", group: null })),
    ),
    ...origins.map(
      ({ name, zone, region }): Host => ({ name, zone, region, kind: "origin", group: null }),
    ),
  ];
  function at(name: string, zone: string) {
    return { name, zone, region: regionOf(zone) };
  }
}

/** Names of the hosts that targets meant when roles were these; null where chance chose among nodes. */
export function namesOf(
  targets: readonly (NodeTarget | PlaceTarget)[],
  hosts: readonly Host[],
  roles: Readonly<Record<string, string>>,
): readonly string[] | null {
  const names = new Set<string>();
  for (const target of targets) {
    const of = boundBy(target, hosts, roles);
    if (of === null) return null;
    for (const name of of) names.add(name);
  }
  return [...names];
}

/** Chance has nothing to choose among one, nor where all are meant. */
const chosen = (names: readonly string[], share: number): readonly string[] | null =>
  share === 1 || names.length < 2 ? names : null;

function boundBy(
  target: NodeTarget | PlaceTarget,
  hosts: readonly Host[],
  roles: Readonly<Record<string, string>>,
): readonly string[] | null {
  const where = (wanted: (host: Host) => boolean): string[] =>
    hosts.filter(wanted).map(({ name }) => name);
  const inRole = (role: string, cache: string, shard: number | null): string[] =>
    Object.entries(roles)
      .filter(([, of]) =>
        shard === null
          ? of.startsWith(`${role} of ${cache}/shard `)
          : of === `${role} of ${cache}/shard ${shard}`,
      )
      .map(([node]) => node);
  switch (target.kind) {
    case "node":
      return [target.node];
    case "zone":
      return where(({ zone }) => zone === target.zone);
    case "region":
      return where(({ region }) => region === target.region);
    case "sentinel": {
      const of = where(({ kind, group }) => kind === "sentinel" && group?.name === target.cache);
      return target.number === null ? of : of.slice(target.number - 1, target.number);
    }
    case "primary":
      return inRole("primary", target.cache, target.shard);
    case "replicas":
      return chosen(inRole("replica", target.cache, target.shard), target.share);
    case "any":
      return null;
  }
}
