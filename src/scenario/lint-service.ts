/** What the managed service refuses of a scenario as a whole: quotas of an account, and steps that it would not take. */
import { type Nanos, SECOND } from "../base/nanos.ts";
import { quotas } from "../catalog/quotas.ts";
import type { MethodEntry } from "../faults/contract.ts";
import type { Reading } from "../model/kinds/contract.ts";
import type { ReplicationGroupSettings } from "../model/kinds/replication-group-settings.ts";
import type { GlobalDatastoreSettings } from "../model/service/service-settings.ts";
import type { ScenarioWords } from "./schema.gen.ts";

const DAY: Nanos = 86_400 * SECOND;

/** Nodes of replication groups in each Region; a cache whose quota was raised raises its Region's. */
export function lintRegionQuota(
  words: ScenarioWords["caches"],
  groups: readonly ReplicationGroupSettings[],
  reading: Reading,
): void {
  for (const { name } of reading.regions) {
    const here = groups.filter(
      ({ region, kind }) => region === name && kind === "replication-group",
    );
    const nodes = here.reduce(
      (sum, { shards }) => sum + shards.reduce((of, shard) => of + shard.nodes.length, 0),
      0,
    );
    const isRaised = here.some((group) => {
      const cache = words[group.name];
      return cache?.type === "replication-group" && cache.raisedNodeQuota === true;
    });
    if (nodes <= quotas.nodesPerRegion || isRaised) continue;
    reading.problem({
      path: ["caches"],
      found: `have ${nodes} nodes in ${name}`,
      expected: `at most ${quotas.nodesPerRegion} nodes per Region, or raisedNodeQuota: true in a cache there`,
    });
  }
}

/** Steps that the service would answer with an error. Those whose times are not known beforehand are not counted. */
export function lintSteps(
  method: readonly MethodEntry[],
  datastores: readonly GlobalDatastoreSettings[],
  reading: Reading,
): void {
  lintTestFailovers(method, reading);
  const promotions = method.flatMap(({ index, action }) =>
    "step" in action && action.step === "promote-secondary-region" ? [{ index, ...action }] : [],
  );
  for (const { index, globalDatastore, to } of promotions) {
    const store = datastores.find(({ name }) => name === globalDatastore);
    const isElsewhere = promotions.some(
      (other) => other.globalDatastore === globalDatastore && other.to !== to,
    );
    if (store === undefined || store.primary !== to || isElsewhere) continue;
    reading.problem({
      path: ["method", index, "to"],
      found: `is "${to}", the primary of ${store.name} all along`,
      expected: `a secondary: ${store.secondaries.join(", ")}`,
    });
  }
}

/** Source: API reference, TestFailover: so many shards of an account in any 24 hours. */
function lintTestFailovers(method: readonly MethodEntry[], reading: Reading): void {
  const most = quotas.testFailoverShardsPerDay;
  const calls = method
    .filter(({ action }) => "step" in action && action.step === "test-failover")
    .flatMap(({ index, trigger }) => timesOf(trigger, most + 1).map((atNs) => ({ index, atNs })))
    .sort((a, b) => a.atNs - b.atNs || a.index - b.index);
  for (const [i, { index, atNs }] of calls.entries()) {
    const first = calls[i - most];
    if (first === undefined || atNs - first.atNs >= DAY) continue;
    reading.problem({
      path: ["method", index],
      found: `makes ${most + 1} test failovers within 24h`,
      expected: `at most ${most} in any 24 hours, the service's quota`,
    });
    return;
  }
}

function timesOf(trigger: MethodEntry["trigger"], most: number): Nanos[] {
  if (trigger.kind === "at") return [trigger.atNs];
  if (trigger.kind !== "every") return [];
  const { firstNs, everyNs, times } = trigger;
  return Array.from({ length: Math.min(times, most) }, (_, i) => firstNs + i * everyNs);
}
