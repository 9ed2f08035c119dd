/** A run's faults as an AWS FIS template and a Chaos Mesh workflow: shape, times, and every kind of fault. */
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { experimentsOf } from "../../src/exchange/experiments.ts";
import type { ToldFault } from "../../src/exchange/injection.ts";
import { injectedFaults } from "../../src/explore/injected.ts";
import { faultKinds } from "../../src/faults/registry.ts";
import { open } from "../../src/run/simulation.ts";
import { loadScenario } from "../../src/scenario/load.ts";

const world = (method: string, duration = "10m"): string => `# Every fault in one world.
scenario: world
seed: 1
duration: ${duration}
regions: { us-east-1: { zones: [use1-az1, use1-az2] }, eu-west-1: { zones: 2 } }
caches:
  cart: { type: replication-group, region: us-east-1, engine: valkey, engineVersion: "8.0", cacheNodeType: cache.r7g.large, clusterMode: disabled, numCacheClusters: 2, automaticFailoverEnabled: true, multiAZEnabled: true }
  own: { type: self-managed, region: us-east-1, engine: valkey, engineVersion: "8.0", cacheNodeType: cache.r7g.large, clusterMode: enabled, numNodeGroups: 1, replicasPerNodeGroup: 1 }
origins: { db: { region: us-east-1, concurrency: 10, serviceTime: 4ms } }
traffic:
  shop: { cache: cart, from: { region: us-east-1 }, arrivals: { rate: 10/s }, operations: { get: 50%, set: 50% }, keys: { count: 10, valueSize: 10B }, onMiss: db }
  ours: { cache: own, from: { region: us-east-1 }, arrivals: { rate: 10/s }, operations: { get: 50%, set: 50% }, keys: { count: 10, valueSize: 10B } }
method: ${method}
`;

/** One entry of each kind, on what the service looks after and on what is one's own. */
const ENTRIES: Readonly<Record<string, readonly [words: string, target: string][]>> = {
  "node-crash": [
    ["target: node cart-001", "cart-001"],
    ["target: node own-0001-001", "own-0001-001"],
  ],
  "host-power-loss": [
    ["target: node cart-001", "cart-001"],
    ["target: node own-0001-001", "own-0001-001"],
  ],
  "node-pause": [["target: node own-0001-001, for: 70s", "own-0001-001"]],
  "node-restart": [
    ["target: node cart-001", "cart-001"],
    ["target: node own-0001-001", "own-0001-001"],
  ],
  "node-slow": [["target: node own-0001-001, factor: 10, for: 70s", "own-0001-001"]],
  "az-power-interruption": [["zone: use1-az1, for: 70s", "use1-az1"]],
  "az-network-disruption": [["zone: use1-az1, for: 70s", "use1-az1"]],
  "region-outage": [["region: us-east-1, for: 70s", "us-east-1"]],
  "network-partition": [
    ["isolate: zone use1-az1, for: 70s", "cart-001"],
    ["isolate: node own-0001-001, to: node own-0001-002, for: 70s", "own-0001-001"],
  ],
  "network-latency": [
    ["from: node own-0001-001, to: zone use1-az2, add: 5ms, jitter: 2ms, for: 70s", "own-0001-001"],
  ],
  "network-loss": [["from: node own-0001-001, loss: 5%, burst: 4, for: 70s", "own-0001-001"]],
  "network-bandwidth": [["from: node own-0001-001, limit: 1MB, for: 70s", "own-0001-001"]],
  "replication-link-cut": [["target: node own-0001-002, for: 70s", "own-0001-002"]],
  "dns-outage": [["region: us-east-1, for: 70s", "us-east-1"]],
  "control-plane-outage": [["region: us-east-1, for: 70s", "us-east-1"]],
  "memory-pressure": [["target: node own-0001-001, take: 1GB, for: 70s", "own-0001-001"]],
  "origin-slow": [["origin: db, factor: 3, for: 70s", "db"]],
  "traffic-surge": [["traffic: shop, factor: 3, for: 70s", "shop"]],
  "hot-key": [["traffic: shop, share: 50%, for: 70s", "shop"]],
  "clock-skew": [["target: node own-0001-001, behind: 3s, for: 70s", "own-0001-001"]],
};

const FIS_CANNOT = [
  "node-pause",
  "clock-skew",
  "control-plane-outage",
  "network-bandwidth",
  "origin-slow",
  "traffic-surge",
  "hot-key",
];
const MESH_CANNOT = ["node-pause", "control-plane-outage", "traffic-surge", "hot-key"];

const told = (kind: string, target: string, injectedAt: number, holds: number | null) =>
  ({
    kind,
    targets: [target],
    roles: {},
    injectedAt,
    healedAt: holds === null ? null : injectedAt + holds,
  }) satisfies ToldFault;

function exported(kind: string, words: string, target: string) {
  const resolved = loadScenario(world(`[{ at: 90s, fault: ${kind}, ${words} }]`));
  const holds = faultKinds[kind as keyof typeof faultKinds].heals ? 70 : null;
  const [fis, mesh] = experimentsOf(resolved, [told(kind, target, 90, holds)]);
  if (fis === undefined || mesh === undefined) throw new Error("two tools");
  return { fis, mesh };
}

interface Template {
  readonly description: string;
  readonly targets: Record<
    string,
    { resourceType: string; resourceTags: Record<string, string>; selectionMode: string }
  >;
  readonly actions: Record<
    string,
    {
      actionId: string;
      parameters: Record<string, string>;
      targets?: Record<string, string>;
      startAfter?: string[];
    }
  >;
}
interface Workflow {
  readonly spec: {
    readonly entry: string;
    readonly templates: readonly ({ readonly name: string; readonly templateType: string } & Record<
      string,
      unknown
    >)[];
  };
}

const template = (contents: string | null): Template => JSON.parse(contents ?? "{}") as Template;
const workflow = (contents: string | null): Workflow => parse(contents ?? "") as Workflow;

describe("experimentsOf()", () => {
  it("knows every kind of fault", () => {
    expect(Object.keys(ENTRIES).sort()).toEqual(Object.keys(faultKinds).sort());
  });

  const cases = Object.entries(ENTRIES).flatMap(([kind, entries]) =>
    entries.map(([words, target]) => ({ kind, words, target })),
  );
  it.each(cases)("expresses $kind of $target, or says why not", ({ kind, words, target }) => {
    const { fis, mesh } = exported(kind, words, target);
    for (const [one, cannot] of [
      [fis, FIS_CANNOT.includes(kind) || (kind === "node-restart" && target === "cart-001")],
      [mesh, MESH_CANNOT.includes(kind)],
    ] as const) {
      expect(one.faults).toBe(1);
      expect(one.expressed, one.tool).toBe(cannot ? 0 : 1);
      expect(one.contents === null).toBe(cannot);
      expect(one.missing.map(({ fault }) => fault.split(" ")[0])).toEqual(cannot ? [kind] : []);
      for (const { word } of [...one.missing, ...one.different]) expect(word).not.toBe("");
    }
    const { actions, targets } = template(fis.contents ?? '{ "actions": {}, "targets": {} }');
    for (const action of Object.values(actions)) {
      for (const name of Object.values(action.targets ?? {})) expect(targets).toHaveProperty(name);
      for (const value of Object.values(action.parameters)) expect(typeof value).toBe("string");
      for (const before of action.startAfter ?? []) expect(actions).toHaveProperty(before);
    }
    for (const of of Object.values(targets)) {
      expect(Object.keys(of.resourceTags)).toHaveLength(1);
      expect(of.selectionMode).toBe("ALL");
    }
    const { spec } = workflow(mesh.contents ?? "spec: { templates: [] }");
    const names = spec.templates.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { children, templateType, ...rest } of spec.templates) {
      for (const child of (children as string[] | undefined) ?? []) expect(names).toContain(child);
      if (!templateType.endsWith("Chaos")) continue;
      const field = `${templateType[0] === "D" ? "dns" : templateType[0]?.toLowerCase()}${templateType.slice(templateType[0] === "D" ? 3 : 1)}`;
      const chaos = rest[field] as { mode: string; selector: { expressionSelectors: unknown[] } };
      expect(chaos.mode).toBe("all");
      expect(chaos.selector.expressionSelectors).toHaveLength(1);
    }
  });

  it("takes a node of a Multi-AZ group by the power of its zone, where it stands alone there", () => {
    const { fis } = exported("host-power-loss", "target: node cart-001", "cart-001");
    const { targets, actions } = template(fis.contents);
    expect(Object.values(targets)).toEqual([
      {
        resourceType: "aws:elasticache:replicationgroup",
        resourceTags: { "cachequake-cache": "cart" },
        parameters: { availabilityZoneIdentifier: "use1-az1" },
        selectionMode: "ALL",
      },
    ]);
    expect(actions["fault-1"]?.actionId).toBe(
      "aws:elasticache:replicationgroup-interrupt-az-power",
    );
    const crowded = world("[{ at: 90s, fault: host-power-loss, target: node cart-001 }]").replace(
      "numCacheClusters: 2",
      "numCacheClusters: 4",
    );
    const [other] = experimentsOf(loadScenario(crowded), [
      told("host-power-loss", "cart-001", 90, null),
    ]);
    expect(other?.contents).toBeNull();
    expect(other?.missing[0]?.word).toContain("1 more of cart stand in use1-az1");
  });

  it("keeps the times between faults in FIS, though no wait is shorter than a minute", () => {
    const method =
      "[{ at: 8s, fault: az-network-disruption, zone: use1-az1, for: 5s }, { at: 20.4s, fault: host-power-loss, target: node cart-001 }]";
    const [fis] = experimentsOf(loadScenario(world(method)), [
      told("az-network-disruption", "use1-az1", 8, 5),
      told("host-power-loss", "cart-001", 20.4, null),
    ]);
    const { actions, description } = template(fis?.contents ?? null);
    const starts = Object.values(actions).flatMap(({ startAfter = [] }) =>
      startAfter.map((wait) => actions[wait]?.parameters["duration"]),
    );
    expect(starts).toEqual(["PT1M", "PT1M12S"]);
    expect(description).toContain("all 52 s later");
    expect(actions["fault-1"]?.parameters["duration"]).toBe("PT1M");
    expect(fis?.different.map(({ word }) => word).join("\n")).toContain("holds 60 s, not 5s");
    expect(fis?.different.map(({ word }) => word).join("\n")).toContain("comes at 20 s");
  });

  it("gives each fault of a workflow its own time", () => {
    const method =
      "[{ at: 8.2s, fault: network-partition, isolate: primary of cart, to: node cart-002, for: 2.3s }, { at: 10s, fault: node-crash, target: primary of cart }]";
    const [, mesh] = experimentsOf(loadScenario(world(method)), [
      told("network-partition", "cart-001", 8.2, 2.3),
      told("node-crash", "cart-001", 10, null),
    ]);
    const { spec } = workflow(mesh?.contents ?? null);
    const of = (name: string) => spec.templates.find((one) => one.name === name);
    expect(of(spec.entry)).toMatchObject({
      templateType: "Parallel",
      children: ["fault-1", "fault-2"],
    });
    expect(of("fault-1")?.["children"]).toEqual(["fault-1-waits", "fault-1-holds"]);
    expect(of("fault-1-waits")).toMatchObject({ templateType: "Suspend", deadline: "8.2s" });
    expect(of("fault-1-holds")).toMatchObject({
      deadline: "2.3s",
      networkChaos: {
        action: "partition",
        direction: "both",
        selector: {
          expressionSelectors: [{ key: "cachequake-host", operator: "In", values: ["cart-001"] }],
        },
        target: {
          selector: {
            expressionSelectors: [{ key: "cachequake-host", operator: "In", values: ["cart-002"] }],
          },
        },
      },
    });
    expect(of("fault-2-waits")).toMatchObject({ deadline: "10s" });
    expect(of("fault-2-holds")).not.toHaveProperty("deadline");
  });

  it("takes whom a role meant, and when a trigger fired, from the run", () => {
    const method =
      "[{ at: 2s, fault: node-crash, target: primary of cart }, { after: { fault: node-crash, delay: 500ms }, fault: network-partition, isolate: replica of cart, to: primary of cart, for: 1s }, { at: 3s, step: add-replica, cache: cart }]";
    const resolved = loadScenario(world(method, "4s"));
    const simulation = open(resolved);
    simulation.runUntil(4e9);
    const faults = injectedFaults(simulation.journal.records, true);
    const [fis, mesh] = experimentsOf(resolved, faults);
    expect(mesh).toMatchObject({ faults: 3, expressed: 2 });
    expect(mesh?.missing).toEqual([
      { fault: "add-replica of cart-003 at 3s", word: "is a human act: done by hand at that time" },
    ]);
    expect(fis?.missing.at(-1)?.fault).toMatch(/^network-partition of .* at 2\.5s for 1s$/);
    const { spec } = workflow(mesh?.contents ?? null);
    const holds = spec.templates.find(({ name }) => name === "fault-2-holds");
    expect(JSON.stringify(holds)).toContain('"values":["cart-002"]');
    expect(JSON.stringify(holds)).toContain('"values":["cart-001"]');
  });

  it("has one Region in a template, and a word for the others", () => {
    const method =
      "[{ at: 1m, fault: az-network-disruption, zone: use1-az1, for: 1m }, { at: 2m, fault: az-network-disruption, zone: eu-west-1a, for: 1m }]";
    const [fis] = experimentsOf(loadScenario(world(method)), [
      told("az-network-disruption", "use1-az1", 60, 60),
      told("az-network-disruption", "eu-west-1a", 120, 60),
    ]);
    expect(fis).toMatchObject({ faults: 2, expressed: 1 });
    expect(fis?.missing[0]?.word).toContain("eu-west-1");
  });
});
