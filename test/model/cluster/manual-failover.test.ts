/** CLUSTER FAILOVER: nothing is lost, writes wait for some round trips, and what limits elections limits it too. */
import { describe, expect, it } from "vitest";
import { MILLISECOND, SECOND } from "../../../src/base/nanos.ts";
import type { StepSettings } from "../../../src/faults/contract.ts";
import { COMMAND_SET, OUTCOME_OK } from "../../../src/journal/operation-columns.ts";
import { type Observed, observe } from "../../fixtures/observe.ts";
import { at, group, resolved, traffic } from "../../fixtures/resolved.ts";
import { selfManaged } from "../../fixtures/self-managed.ts";

const seeds = Array.from({ length: 8 }, (_, i) => String(i + 1));
const ask = (option: "default" | "force" | "takeover", node = "cart-0001-002"): StepSettings => ({
  step: "cluster-failover",
  node,
  option,
});
const primary = { kind: "primary", cache: "cart", shard: 1 } as const;

function run(method: Parameters<typeof resolved>[0] & object, seed = "1"): Observed {
  const busy = traffic({ ratePerSecond: 300, setShare: 1 });
  return observe(resolved({ seed, durationNs: 20 * SECOND, traffic: [busy], ...method }));
}

/** ns from the first step to the promotion. */
const took = (of: Observed): number =>
  (of.of("failover-promoted")[0]?.at ?? Number.NaN) - (of.of("step")[0]?.at ?? Number.NaN);

const shardOne = (of: Observed) =>
  of.operations.filter(({ command, shard }) => command === COMMAND_SET && shard === 0);

describe("CLUSTER FAILOVER", () => {
  const runs = seeds.map((seed) => run({ method: [at(10, ask("default"))] }, seed));

  // To the primary and back, then votes there and back: two round trips between zones, jitter aside. The replica may
  // stand a moment behind what its primary had sent, and then looks again every 100 ms.
  it("takes two round trips where the replica is in step, or some looks of a cron more", () => {
    for (const of of runs) {
      expect(took(of)).toBeGreaterThanOrEqual(2 * 0.7 * MILLISECOND * 0.9);
      expect(took(of)).toBeLessThan(205 * MILLISECOND);
    }
    expect(Math.min(...runs.map(took))).toBeLessThan(2 * MILLISECOND);
  });

  it("loses no acknowledged write, and no write fails: they wait", () => {
    for (const of of runs) {
      const kept = of.of("history-ended")[0]?.keptOffset ?? -1;
      const ended = of.of("history-ended")[0]?.history;
      for (const write of shardOne(of)) {
        expect(write.outcome).toBe(OUTCOME_OK);
        if (write.history === ended) expect(write.offset).toBeLessThanOrEqual(kept);
      }
    }
  });

  it("asks for votes at once, under a higher epoch, and the old primary follows by a partial resync", () => {
    for (const of of runs) {
      expect(of.of("election-asked")).toHaveLength(1);
      expect(of.of("election-asked")[0]).toMatchObject({ manual: true });
      expect(of.of("election-won")[0]?.voters.length).toBeGreaterThanOrEqual(2);
      const claims = of.of("primary-claim").filter(({ shard }) => shard === 1);
      expect(claims.map(({ node }) => node)).toEqual(["cart-0001-001", "cart-0001-002"]);
      expect(claims[1]?.configEpoch).toBeGreaterThan(3);
      const old = of.of("node-state").filter(({ node }) => node === "cart-0001-001");
      expect(old.at(-1)).toMatchObject({ role: "replica", state: "serving" });
      expect(of.of("resync").every(({ mode }) => mode === "partial")).toBe(true);
    }
  });

  // The replica is 300 ms behind, of link delay: it catches up with what its primary had written before it stopped.
  it("waits for a replica that is behind, and writes wait with it", () => {
    const slow = {
      fault: "network-latency",
      from: [{ kind: "node", node: "cart-0001-002" }],
      to: [primary],
      addNs: 300 * MILLISECOND,
      jitterNs: 0,
    } as const;
    const patient = traffic({ ratePerSecond: 300, setShare: 1 });
    const client = { ...patient.client, commandTimeoutNs: 5 * SECOND };
    const of = run({
      traffic: [{ ...patient, client }],
      method: [at(5, slow), at(10, ask("default"), null, 1)],
    });
    expect(took(of)).toBeGreaterThan(600 * MILLISECOND);
    expect(took(of)).toBeLessThan(1500 * MILLISECOND);
    const writes = shardOne(of);
    const ended = of.of("history-ended")[0];
    expect(writes.every(({ outcome }) => outcome === OUTCOME_OK)).toBe(true);
    for (const { history, offset } of writes)
      if (history === ended?.history) expect(offset).toBeLessThanOrEqual(ended.keptOffset);
    const waited = writes.map(({ invokedAt, returnedAt }) => returnedAt - invokedAt);
    // From the request's way to the primary until that learns who leads, from whomever it hears first.
    expect(Math.max(...waited)).toBeGreaterThan(300 * MILLISECOND);
  });

  it("is given up after five seconds when the replica cannot catch up, and its primary goes on", () => {
    const cut = {
      fault: "replication-link-cut",
      target: { kind: "node", node: "cart-0001-002" },
    } as const;
    const of = run({ method: [at(5, cut), at(10, ask("default"), null, 1)] });
    expect(of.of("failover-promoted")).toHaveLength(0);
    const abandoned = of.of("failover-abandoned")[0]?.at ?? 0;
    expect(abandoned - 10 * SECOND).toBeGreaterThanOrEqual(5 * SECOND);
    expect(abandoned - 10 * SECOND).toBeLessThan(5.3 * SECOND);
    const after = shardOne(of).filter(({ invokedAt }) => invokedAt > 16 * SECOND);
    expect(after.length).toBeGreaterThan(100);
    expect(after.every(({ outcome }) => outcome === OUTCOME_OK)).toBe(true);
  });

  it("is refused where the primary has failed, and FORCE is not", () => {
    const crash = { fault: "node-crash", target: primary } as const;
    const refused = run({ method: [at(10, crash), at(11.9, ask("default"), null, 1)] });
    expect(refused.of("step")[0]?.targets).toEqual([]);
    const forced = run({ method: [at(10, crash), at(10.1, ask("force"), null, 1)] });
    expect(took(forced)).toBeLessThan(2 * MILLISECOND);
    expect(forced.of("failover-promoted")[0]?.toNode).toBe("cart-0001-002");
  });

  it("FORCE needs a majority, TAKEOVER does not", () => {
    const caches = [group({ replicas: 1 })];
    const lost = [1, 2, 3].map((shard) =>
      at(10, { fault: "node-crash", target: { ...primary, shard } }, null, shard),
    );
    const forced = run({ caches, method: [...lost, at(11, ask("force"), null, 4)] });
    expect(forced.of("failover-promoted")).toHaveLength(0);
    const taken = run({ caches, method: [...lost, at(11, ask("takeover"), null, 4)] });
    expect(taken.of("failover-promoted")[0]).toMatchObject({ at: 11 * SECOND });
    expect(taken.of("election-won")).toHaveLength(0);
    const claim = taken.of("primary-claim").at(-1);
    expect(claim).toMatchObject({ node: "cart-0001-002" });
    expect(claim?.configEpoch).toBeGreaterThan(3);
  });

  // There and back at once. There again, the replica's timer of its first election is 1 s old, and it sets another only
  // after 2 * max(2 * node timeout, 2 s) = 4 s (4574): writes wait for it until then.
  it("there, back, and there again: the third waits for the timer of the first", () => {
    const back = at(10.5, ask("default", "cart-0001-001"), null, 1);
    const again = at(11, ask("default"), null, 2);
    const of = run({ method: [at(10, ask("default")), back, again] });
    const promoted = of.of("failover-promoted");
    expect(promoted.map(({ toNode }) => toNode)).toEqual([
      "cart-0001-002",
      "cart-0001-001",
      "cart-0001-002",
    ]);
    const at3 = promoted.map(({ at: when }) => when - 10 * SECOND);
    expect(at3[1]).toBeLessThan(0.71 * SECOND);
    expect(at3[2]).toBeGreaterThan(4 * SECOND);
    expect(at3[2]).toBeLessThan(4.25 * SECOND);
  });

  it("holds deletions too: what expires meanwhile moves no offset", () => {
    const short = traffic({ ratePerSecond: 300, setShare: 0.5 });
    const keys = { ...short.keys, ttlNs: 2 * SECOND };
    for (const seed of seeds) {
      const of = run({ traffic: [{ ...short, keys }], method: [at(10, ask("default"))] }, seed);
      expect(took(of)).toBeLessThan(205 * MILLISECOND);
    }
  });

  it("is a step for self-managed groups with cluster mode, and says so", () => {
    const step = (node: string, more = ""): string =>
      `{ at: 5s, step: cluster-failover, node: ${node}${more} }`;
    const cache = "clusterMode: enabled";
    const read = selfManaged({ cache, method: [step("cart-0001-002", ", option: force")] });
    expect(read.method[0]?.action).toEqual(ask("force"));
    expect(() => selfManaged({ method: [step("cart-002")] })).toThrow(/clusterMode: enabled/);
    expect(() => selfManaged({ cache, method: [step("nobody")] })).toThrow(/cart-0001-001/);
  });

  it("is refused by a primary", () => {
    const leader = run({ method: [at(10, ask("default", "cart-0001-001"))] });
    expect(leader.of("step")[0]?.targets).toEqual([]);
  });
});
