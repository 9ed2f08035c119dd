/** The budget of a schedule: how many faults hold at once, and how much of the topology they hit. */
import { type Nanos, SECOND } from "../base/nanos.ts";
import { parseDuration } from "../base/units.ts";
import type { FaultWords } from "./schedule.ts";
import { heals, type Space } from "./space.ts";

/** What an entry takes of the budget, and when. */
export interface Demand {
  readonly fromNs: Nanos;
  readonly untilNs: Nanos;
  readonly zones: number;
  readonly nodes: number;
}

/** A node that was cut off, paused or restarted is not whole again at once: it still has to catch up. */
const AFTERMATH: Nanos = 2 * SECOND;

/** The entries that fit, in order: each that would exceed the budget together with those before it is left out. */
export function withinBudget(entries: readonly FaultWords[], space: Space): FaultWords[] {
  const { atMost, atOnce, zones, nodes } = space.settings;
  const kept: { readonly entry: FaultWords; readonly demand: Demand }[] = [];
  for (const entry of entries) {
    if (kept.length >= atMost) break;
    const demand = demandOf(entry, space);
    const beside = kept.filter(
      ({ demand: other }) => other.fromNs < demand.untilNs && demand.fromNs < other.untilNs,
    );
    // The worst moment is the start of one of them.
    const starts = [
      demand.fromNs,
      ...beside.map(({ demand: other }) => Math.max(other.fromNs, demand.fromNs)),
    ];
    const fits = starts.every((at) => {
      const held = [demand, ...beside.map((other) => other.demand)].filter(
        ({ fromNs, untilNs }) => fromNs <= at && at < untilNs,
      );
      return (
        held.length <= atOnce &&
        sum(held.map((of) => of.zones)) <= zones &&
        sum(held.map((of) => of.nodes)) <= nodes
      );
    });
    if (fits) kept.push({ entry, demand });
  }
  return kept.map(({ entry }) => entry);
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** What an entry may hit. One that waits for a state may come at any time from the window's start on. */
export function demandOf(entry: FaultWords, space: Space): Demand {
  const { fromNs, untilNs } = space.settings;
  const at = typeof entry["at"] === "string" ? (parseDuration(entry["at"]) ?? fromNs) : null;
  const holds = typeof entry["for"] === "string" ? (parseDuration(entry["for"]) ?? 0) : 0;
  const lasts = heals(entry["fault"] as string)
    ? holds + AFTERMATH
    : (restartNs(entry) ?? space.replacementNs);
  const until = at === null ? Math.max(untilNs, space.durationNs) : at + lasts;
  return { fromNs: at ?? fromNs, untilNs: until, ...blast(entry, space) };
}

const restartNs = (entry: FaultWords): Nanos | null =>
  entry["fault"] === "node-restart"
    ? (parseDuration((entry["down"] as string | undefined) ?? "1s") ?? SECOND) + AFTERMATH
    : null;

/** How many zones and nodes an entry may hit. */
function blast(entry: FaultWords, space: Space): { zones: number; nodes: number } {
  let zones = 0;
  let nodes = 0;
  if (entry["zone"] !== undefined) zones++;
  if (entry["fault"] === "region-outage") zones += zonesIn(String(entry["region"]), space);
  const targets = [entry["target"], entry["isolate"], entry["from"]].flatMap((of) => of ?? []);
  for (const target of targets) {
    const text = String(target);
    if (text.startsWith("zone ")) zones++;
    else if (text.startsWith("region ")) zones += zonesIn(text.slice("region ".length), space);
    else nodes += nodesOf(text, space);
  }
  return { zones, nodes };
}

const zonesIn = (region: string, space: Space): number =>
  space.regions.find(({ name }) => name === region)?.zones ?? space.zones.length;

function nodesOf(target: string, space: Space): number {
  const of = / of ([a-z][a-z0-9-]*)/.exec(target)?.[1];
  const all = sum(
    space.shards.filter(({ cache }) => cache === of).map((shard) => shard.nodes.length),
  );
  if (/^primaries/.test(target)) return space.shards.filter(({ cache }) => cache === of).length;
  if (/^(\d+(\.\d+)?%|replicas)/.test(target)) return all;
  return 1;
}
