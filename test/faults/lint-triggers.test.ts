/** What can never set off an entry is told before a run; what may, is waited for. */
import { describe, expect, it } from "vitest";
import { SMALL } from "../scenario/words.ts";
import { saidOf } from "./said-of-method.ts";

const crash = "fault: node-crash, target: any node of cart";
const pause = "fault: node-pause, target: any node of cart";
const at = `{ at: 2s, ${pause}, for: 1s }`;
const one = (problem: string): unknown => [expect.stringContaining(problem)];

const disabled = SMALL.replace(
  "clusterMode: enabled\n    numNodeGroups: 3\n    replicasPerNodeGroup: 1",
  "clusterMode: disabled\n    numCacheClusters: 2",
);
const selfManaged = SMALL.replace(
  /type: replication-group[\s\S]*?origins/,
  `type: self-managed
    region: us-east-1
    engine: valkey
    engineVersion: "8.0"
    memory: 4GB
    clusterMode: disabled
    replicas: 2
    sentinels: { count: 3 }
origins`,
);

describe("lintTriggers()", () => {
  it("refuses elections where cluster mode is disabled", () => {
    const entry = `{ when: { state: electing, of: cart }, ${crash} }`;
    expect(saidOf(entry)).toEqual([]);
    expect(saidOf(entry, disabled)).toEqual([
      '25:27 method[0].when.state is "electing" of cart, where cluster mode is disabled, expected one of promoting, full-sync, no-primary, replacing',
    ]);
    expect(saidOf(entry.replace("electing", "promoting"), disabled)).toEqual([]);
    expect(saidOf(entry.replace(" }", " }, allowEmpty: true"), disabled)).toEqual([]);
  });

  it("refuses replaced nodes where nobody replaces them", () => {
    const entry = `{ when: { state: replacing, of: cart }, ${crash} }`;
    const event = `{ after: { event: node-replaced, of: cart }, ${crash} }`;
    expect(saidOf(`${entry}, ${event}`)).toEqual([]);
    expect(saidOf(entry, selfManaged)).toEqual(
      one("where nobody replaces its nodes, expected one of promoting"),
    );
    expect(saidOf(event, selfManaged)).toEqual(
      one("where nobody replaces nodes, expected one of failover-"),
    );
    expect(saidOf(entry.replace("replacing", "electing"), selfManaged)).toHaveLength(1);
  });

  it.each([
    ["fault: node-pause", 'after.fault is "node-pause", expected a fault that another entry of'],
    ["heal: node-pause", 'after.heal is "node-pause", expected a fault that another entry of'],
    ["step: test-failover", 'after.step is "test-failover", expected a step that another entry'],
    ["fault: node-crash", 'after.fault is "node-crash", expected a fault that another entry of'],
  ])("refuses to wait for %s, which the method lacks", (event, problem) => {
    expect(saidOf(`{ after: { ${event} }, ${crash} }`)).toEqual(one(problem));
  });

  it("takes an act of another entry, wherever it stands", () => {
    const follower = (event: string): string => `{ after: { ${event} }, ${crash} }`;
    expect(saidOf(`${follower("fault: node-pause")}, ${at}`)).toEqual([]);
    expect(saidOf(`${at}, ${follower("heal: node-pause")}`)).toEqual([]);
    const random = `{ random: { meanGap: 5s, meanFor: 1s }, ${pause} }`;
    expect(saidOf(`${random}, ${follower("heal: node-pause")}`)).toEqual([]);
    const step = "{ at: 2s, step: test-failover, cache: cart }";
    expect(saidOf(`${step}, ${follower("step: test-failover")}`)).toEqual([]);
  });

  it("refuses the heal of what holds to the end, or beyond it", () => {
    const heal = `{ after: { heal: node-pause }, ${crash} }`;
    expect(saidOf(`{ at: 2s, ${pause} }, ${heal}`)).toEqual(one("holds for: a time"));
    expect(saidOf(`{ at: 2s, ${pause}, for: 98s }, ${heal}`)).toEqual(
      one(
        'after.heal is "node-pause", which holds beyond the end, expected a heal before the end, at 1m40s',
      ),
    );
    expect(saidOf(`{ at: 2s, ${pause}, for: 97s }, ${heal}`)).toEqual([]);
  });

  it("refuses a delay beyond the end, of events and along chains", () => {
    const follower = (delay: string, of = "fault: node-pause"): string =>
      `{ after: { ${of}, delay: ${delay} }, ${crash} }`;
    expect(saidOf(`${at}, ${follower("97s")}`)).toEqual([]);
    expect(saidOf(`${at}, ${follower("98s")}`)).toEqual(
      one(
        'method[1].after.delay is "98s", after which it is 1m40s at least, expected a time before the end, at 1m40s',
      ),
    );
    const event = "event: failover-completed, of: cart";
    expect(saidOf(follower("99s", event))).toEqual([]);
    expect(saidOf(follower("1h", event))).toEqual(one("after.delay"));
    const restart = "fault: node-restart, target: any node of cart";
    const chain = `{ after: { fault: node-crash, delay: 50s }, ${restart} }`;
    expect(saidOf(`${at}, ${follower("40s")}, ${chain}`)).toEqual([]);
    expect(saidOf(`${at}, ${follower("48s")}, ${chain}`)).toEqual(one("method[2].after.delay"));
  });

  it("refuses entries that wait for one another", () => {
    const entries = `{ after: { fault: node-crash }, ${pause}, for: 1s }, { after: { heal: node-pause }, ${crash} }`;
    expect(saidOf(entries)).toEqual(
      one(
        'method[0].after.fault is "node-crash", expected what does not wait for this entry in its turn',
      ),
    );
    expect(saidOf(`${entries}, { at: 2s, ${crash} }`)).toEqual([]);
  });
});

it("events of nodes are told of the members of a Global Datastore, not of itself", () => {
  const text = SMALL.replace("regions: {", "regions: { eu-west-1: { zones: 3 },")
    .replace(
      "origins:",
      "globalDatastores: { world: { primary: cart, secondaries: [far] } }\norigins:",
    )
    .replace(
      /caches:\n([\s\S]*?)globalDatastores/,
      (_, cart: string) =>
        `caches:\n${cart}${cart.replace("cart:", "far:").replace("region: us-east-1", "region: eu-west-1")}globalDatastores`,
    );
  const entry = (event: string, of: string): string =>
    `{ after: { event: ${event}, of: ${of} }, ${crash} }`;
  expect(saidOf(entry("node-replaced", "world"), text)).toEqual(
    one(
      'after.of is "world", a Global Datastore, expected a cache: node-replaced is told of its members, cart, far',
    ),
  );
  expect(saidOf(entry("full-sync-started", "world"), text)).toHaveLength(1);
  expect(saidOf(entry("full-sync-started", "far"), text)).toEqual([]);
  expect(saidOf(entry("failover-completed", "world"), text)).toEqual([]);
});
