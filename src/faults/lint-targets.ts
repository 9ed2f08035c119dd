/** What a method is aimed at and can never hit: it is told before a run, which would only find out when the time comes. */
import type { Reading } from "../model/kinds/contract.ts";
import type { ReplicationGroupSettings } from "../model/kinds/replication-group-settings.ts";
import type { FaultSettings, MethodEntry, NodeTarget, PlaceTarget } from "./contract.ts";

type Target = NodeTarget | PlaceTarget;
type Side = readonly Target[];
type Words = Readonly<Record<string, unknown>>;

interface Standing {
  readonly id: string;
  readonly zone: string;
}

interface Ground {
  /** With the nodes that steps add. */
  readonly groups: readonly ReplicationGroupSettings[];
  readonly regions: Reading["regions"];
}

/**
 * Targets without a node at any time, and sides of links that lie in the other side. What depends on chance, or on who
 * lives when the time comes, is left to the run. An entry that allows an empty target is not looked at.
 *
 * @param words - of the whole method, by the index of its entries
 * @param groups - with the nodes that steps add
 */
export function lintTargets(
  method: readonly MethodEntry[],
  words: readonly object[],
  groups: readonly ReplicationGroupSettings[],
  reading: Reading,
): void {
  const ground = { groups, regions: reading.regions };
  for (const { index, action, allowEmpty } of method) {
    if (!("fault" in action) || allowEmpty) continue;
    const quote = (word: string): string => {
      const of = (words[index] as Words)[word];
      return Array.isArray(of) ? of.join(", ") : String(of);
    };
    const problem = (word: string, found: string, expected: string): void =>
      reading.problem({
        path: ["method", index, word],
        found: `is "${quote(word)}"${found}`,
        expected: `${expected}, or allowEmpty: true`,
      });
    if ("target" in action && isEmpty(action.target, ground))
      problem("target", "", `a target that is there (${whyEmpty(action.target)})`);
    const sides = sidesOf(action);
    if (sides !== null) lintSides(sides, ground, problem);
  }
}

interface Sides {
  readonly word: "isolate" | "from";
  readonly side: Side;
  readonly to: Side | null;
  readonly bridge: Side;
}

function sidesOf(action: FaultSettings): Sides | null {
  switch (action.fault) {
    case "network-partition":
      return { word: "isolate", side: action.isolate, to: action.to, bridge: action.bridge };
    case "network-latency":
    case "network-loss":
    case "network-bandwidth":
      return { word: "from", side: action.from, to: action.to, bridge: [] };
    default:
      return null;
  }
}

function lintSides(
  { word, side, to, bridge }: Sides,
  ground: Ground,
  problem: (word: string, found: string, expected: string) => void,
): void {
  for (const [name, targets] of Object.entries({ [word]: side, to: to ?? [] })) {
    const [first] = targets;
    if (first === undefined || !targets.every((of) => isRole(of) && isEmpty(of, ground))) continue;
    problem(name, "", `a side that is there (${whyEmpty(first)})`);
    return;
  }
  const lieWithin = (targets: Side, others: Side): boolean =>
    targets.every((target) => others.some((other) => covers(other, target, ground)));
  if (lieWithin(side, bridge)) {
    problem(word, ", all of it under bridge", "a side that bridge does not swallow");
  } else if (to !== null && lieWithin(to, [...side, ...bridge])) {
    const other = bridge.length === 0 ? word : `${word} and bridge`;
    problem("to", `, all of it under ${other}`, `the other side of the links`);
  }
}

/** Whether a target is nodes by their role; a place has clients too. */
const isRole = ({ kind }: Target): boolean => kind !== "zone" && kind !== "region";

const isEmpty = (target: Target, ground: Ground): boolean =>
  target.kind !== "sentinel" && nodesOf(target, ground).length === 0;

function whyEmpty(target: Target): string {
  if (target.kind === "zone") return `no node stands in ${target.zone}`;
  if (target.kind === "region") return `no node stands in ${target.region}`;
  const { cache, shard } = target as Extract<NodeTarget, { readonly kind: "replicas" }>;
  const whose = shard === null ? cache : `${cache}/shard ${shard}`;
  return `${whose} has no replica, and no step adds one`;
}

/** All nodes that a target may ever mean. */
function nodesOf(target: Target, { groups, regions }: Ground): readonly Standing[] {
  const all = groups.flatMap((group) => shardsOf(group).flat());
  switch (target.kind) {
    case "node":
      return all.filter(({ id }) => id === target.node);
    case "zone":
      return all.filter(({ zone }) => zone === target.zone);
    case "region":
      return all.filter(({ zone }) => isIn(target.region, zone, regions));
    case "sentinel":
      return [];
    default: {
      const group = groups.find(({ name }) => name === target.cache);
      const shards = group === undefined ? [] : shardsOf(group);
      const meant = shards.filter((_, at) => target.shard === null || target.shard === at + 1);
      // Whoever leads now, another may lead later: only a shard of one node has no replica.
      return meant.filter((nodes) => target.kind !== "replicas" || nodes.length > 1).flat();
    }
  }
}

const shardsOf = ({ shards }: ReplicationGroupSettings): (readonly Standing[])[] =>
  shards.map(({ nodes, later = [] }) => [...nodes, ...later]);

const isIn = (region: string, zone: string, regions: Ground["regions"]): boolean =>
  regions.some(({ name, zones }) => name === region && zones.includes(zone));

/** Whether `outer` has, at every moment, all that `inner` means then. */
function covers(outer: Target, inner: Target, ground: Ground): boolean {
  if (outer.kind === "zone" || outer.kind === "region") {
    const holds = (zone: string): boolean =>
      outer.kind === "zone" ? outer.zone === zone : isIn(outer.region, zone, ground.regions);
    if (inner.kind === "zone") return holds(inner.zone);
    if (inner.kind === "region") return outer.kind === "region" && outer.region === inner.region;
    return inner.kind !== "sentinel" && nodesOf(inner, ground).every(({ zone }) => holds(zone));
  }
  if (inner.kind === "zone" || inner.kind === "region") return false;
  if (outer.kind === "node") return inner.kind === "node" && outer.node === inner.node;
  if (inner.kind === "node" || outer.cache !== inner.cache) return false;
  if (outer.kind === "sentinel")
    return inner.kind === "sentinel" && (outer.number === null || outer.number === inner.number);
  if (inner.kind === "sentinel" || outer.kind !== inner.kind) return false;
  if (outer.shard !== null && outer.shard !== inner.shard) return false;
  if (outer.kind === "any") return outer.count >= nodesOf(outer, ground).length;
  return outer.kind === "primary" || outer.share === 1;
}
