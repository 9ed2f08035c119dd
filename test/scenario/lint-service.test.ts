/** Quotas of an account and steps that the service would not take, just inside and just outside. */
import { describe, expect, it } from "vitest";
import { quotas } from "../../src/catalog/quotas.ts";
import type { MethodEntry } from "../../src/faults/contract.ts";
import type { Finding, Reading } from "../../src/model/kinds/contract.ts";
import type { ReplicationGroupSettings } from "../../src/model/kinds/replication-group-settings.ts";
import type { GlobalDatastoreSettings } from "../../src/model/service/service-settings.ts";
import { lintRegionQuota, lintSteps } from "../../src/scenario/lint-service.ts";
import type { ScenarioWords } from "../../src/scenario/schema.gen.ts";

const HOUR = 3600e9;

function readingOf(...regions: readonly string[]): { reading: Reading; problems: Finding[] } {
  const problems: Finding[] = [];
  const reading = {
    regions: regions.map((name) => ({ name })),
    problem: (finding: Finding) => problems.push(finding),
    assumption: () => undefined,
  } as unknown as Reading;
  return { reading, problems };
}

describe("lintRegionQuota()", () => {
  const group = (name: string, nodes: number, over: object = {}): ReplicationGroupSettings =>
    ({
      name,
      region: "us",
      kind: "replication-group",
      shards: [{ nodes: Array.from({ length: nodes - 1 }) }, { nodes: [0] }],
      ...over,
    }) as unknown as ReplicationGroupSettings;
  const lint = (groups: readonly ReplicationGroupSettings[], words: object = {}) => {
    const { reading, problems } = readingOf("us", "eu");
    lintRegionQuota(words as ScenarioWords["caches"], groups, reading);
    return problems;
  };
  const most = quotas.nodesPerRegion;

  it("counts the nodes of all groups in a Region", () => {
    expect(lint([group("a", most)])).toEqual([]);
    expect(lint([group("a", most - 2), group("b", 2)])).toEqual([]);
    expect(lint([group("a", most - 2), group("b", 3)])).toEqual([
      {
        path: ["caches"],
        found: `have ${most + 1} nodes in us`,
        expected: `at most ${most} nodes per Region, or raisedNodeQuota: true in a cache there`,
      },
    ]);
  });

  it("counts neither other Regions nor what no service looks after", () => {
    expect(lint([group("a", most), group("b", most, { region: "eu" })])).toEqual([]);
    expect(lint([group("a", most), group("b", most, { kind: "self-managed" })])).toEqual([]);
    expect(lint([group("b", most + 1, { kind: "self-managed" })])).toEqual([]);
  });

  it("is raised for a Region by any of its caches, and for no other", () => {
    const raised = { type: "replication-group", raisedNodeQuota: true };
    const usual = { type: "replication-group" };
    const two = [group("a", most), group("b", 2)];
    expect(lint(two, { a: usual, b: raised })).toEqual([]);
    expect(lint(two, { a: usual, b: usual })).toHaveLength(1);
    expect(lint(two, { a: { ...raised, type: "self-managed" } })).toHaveLength(1);
    expect(lint([...two, group("c", 2, { region: "eu" })], { c: raised })).toHaveLength(1);
  });
});

const at = (index: number, atNs: number, action: object): MethodEntry =>
  ({ index, trigger: { kind: "at", atNs }, action }) as unknown as MethodEntry;

describe("lintSteps(): promotions of a Region", () => {
  const stores = [
    { name: "store", primary: "us", secondaries: ["eu", "ap"] },
    { name: "other", primary: "x", secondaries: ["y"] },
  ] as unknown as GlobalDatastoreSettings[];
  const promote = (index: number, to: string, globalDatastore = "store") =>
    at(index, index, { step: "promote-secondary-region", globalDatastore, to });
  const lint = (...method: readonly MethodEntry[]) => {
    const { reading, problems } = readingOf("us");
    lintSteps(method, stores, reading);
    return problems;
  };

  it("go to a secondary", () => {
    expect(lint(promote(0, "eu"))).toEqual([]);
    expect(lint(promote(3, "us"))).toEqual([
      {
        path: ["method", 3, "to"],
        found: 'is "us", the primary of store all along',
        expected: "a secondary: eu, ap",
      },
    ]);
  });

  it("may go back to the first primary after another was promoted, of the same datastore", () => {
    expect(lint(promote(0, "eu"), promote(1, "us"))).toEqual([]);
    expect(lint(promote(0, "y", "other"), promote(1, "us"))).toHaveLength(1);
    expect(lint(promote(0, "us"), promote(1, "us"))).toHaveLength(2);
  });

  it("of a datastore that is not there are somebody else's problem, as are other steps", () => {
    expect(lint(promote(0, "us", "none"))).toEqual([]);
    expect(lint(at(0, 0, { step: "reboot-node", to: "us", globalDatastore: "store" }))).toEqual([]);
    expect(lint(at(0, 0, { fault: "region-outage", region: "us" }))).toEqual([]);
  });
});

describe("lintSteps(): test failovers", () => {
  const most = quotas.testFailoverShardsPerDay;
  const test = { step: "test-failover", cache: "a", shard: 1 };
  const lint = (method: readonly MethodEntry[]) => {
    const { reading, problems } = readingOf("us");
    lintSteps(method, [], reading);
    return problems;
  };
  const calls = (times: readonly number[]) => times.map((hour, i) => at(i, hour * HOUR, test));
  const hours = Array.from({ length: most }, (_, i) => i);

  it("may be as many as the quota in any 24 hours", () => {
    expect(lint(calls(hours))).toEqual([]);
    expect(lint(calls([...hours, 24]))).toEqual([]);
    expect(lint(calls([...hours, 23.9]))).toEqual([
      {
        path: ["method", most],
        found: `makes ${most + 1} test failovers within 24h`,
        expected: `at most ${most} in any 24 hours, the service's quota`,
      },
    ]);
  });

  it("are counted by their times, whatever their order in the scenario, and told once", () => {
    const late = calls([23.9, ...hours]);
    expect(lint(late).map(({ path }) => path)).toEqual([["method", 0]]);
    expect(lint(calls([...hours, ...hours]))).toHaveLength(1);
  });

  it("are told apart by their place where their times are the same", () => {
    const same = calls(Array.from({ length: most + 1 }, () => 1)).reverse();
    expect(lint(same).map(({ path }) => path)).toEqual([["method", most]]);
  });

  it("that come again and again count as often", () => {
    const every = (times: number, everyHours: number) =>
      ({
        index: 7,
        trigger: { kind: "every", firstNs: HOUR, everyNs: everyHours * HOUR, times },
        action: test,
      }) as unknown as MethodEntry;
    expect(lint([every(most, 1)])).toEqual([]);
    expect(lint([every(most + 1, 1)]).map(({ path }) => path)).toEqual([["method", 7]]);
    expect(lint([every(1000, 24 / most)])).toEqual([]);
    expect(lint([every(1000, 24 / most - 0.01)])).toHaveLength(1);
    // The first comes an hour after the start, the others behind it.
    expect(lint([every(most, 1), at(8, 24.9 * HOUR, test)])).toHaveLength(1);
    expect(lint([every(most, 1), at(8, 25 * HOUR, test)])).toEqual([]);
  });

  it("whose times are not known beforehand are not counted, nor are other acts", () => {
    const trigger = { kind: "when" };
    const unknown = hours.map(
      (index) => ({ index, trigger, action: test }) as unknown as MethodEntry,
    );
    expect(lint([...calls(hours), ...unknown])).toEqual([]);
    const others = hours.map((index) => at(index, HOUR, { step: "reboot-node", node: "a-001" }));
    const faults = hours.map((index) => at(index, HOUR, { fault: "node-crash" }));
    expect(lint([...calls(hours), ...others, ...faults])).toEqual([]);
  });
});
