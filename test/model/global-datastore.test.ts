/** A Global Datastore through a Region's outage, judged by its journal. */
import { describe, expect, it } from "vitest";
import { MILLISECOND, SECOND } from "../../src/base/nanos.ts";
import { COMMAND_SET, OUTCOME_OK } from "../../src/journal/operation-columns.ts";
import type { ResolvedScenario } from "../../src/scenario/resolved.ts";
import { observe } from "../fixtures/observe.ts";
import { at, group, resolved, traffic } from "../fixtures/resolved.ts";

const US = ["us-east-1a", "us-east-1b", "us-east-1c"];
const EU = ["eu-west-1a", "eu-west-1b", "eu-west-1c"];
const ROUND_TRIP = 70 * MILLISECOND;

function world(
  mode: "enabled" | "disabled",
  over: Partial<ResolvedScenario> = {},
): ResolvedScenario {
  const client = { ...traffic().client, commandTimeoutNs: SECOND };
  const pair = (from: string, to: string) => ({ from, to, rttNs: ROUND_TRIP });
  return resolved({
    durationNs: 240 * SECOND,
    regions: [
      { name: "us-east-1", zones: US },
      { name: "eu-west-1", zones: EU },
    ],
    network: {
      sameZoneRttNs: 250_000,
      interZoneRttNs: 700_000,
      regionRttNs: [pair("us-east-1", "eu-west-1"), pair("eu-west-1", "us-east-1")],
      tcpRetransmitNs: 200 * MILLISECOND,
    },
    caches: [
      group({ name: "us", zones: US, mode }),
      group({ name: "eu", region: "eu-west-1", zones: EU, mode }),
    ],
    globalDatastores: [
      {
        name: "sessions",
        primary: "us",
        secondaries: ["eu"],
        globalPromotionNs: 30 * SECOND,
        redirectDelayNs: 10 * SECOND,
      },
    ],
    traffic: [
      traffic({ name: "inside", cache: "sessions", zones: US, ratePerSecond: 100, client }),
      traffic({
        name: "abroad",
        cache: "sessions",
        region: "eu-west-1",
        zones: EU,
        ratePerSecond: 100,
        client,
      }),
    ],
    method: [
      at(60, { fault: "region-outage", region: "us-east-1" }, 120),
      {
        index: 1,
        trigger: {
          kind: "after",
          event: { kind: "fault", fault: "region-outage", phase: "injected" },
          delayNs: 30 * SECOND,
        },
        action: { step: "promote-secondary-region", globalDatastore: "sessions", to: "eu" },
        durationNs: null,
        allowEmpty: false,
      },
    ],
    ...over,
  });
}

for (const mode of ["enabled", "disabled"] as const) {
  describe(`GlobalDatastore, cluster mode ${mode}`, () => {
    const run = observe(world(mode));

    it("replicates to the secondary Region a one-way delay late", () => {
      const offsets = run
        .of("offsets")
        .filter((record) => record.at === 50 * SECOND && record.shard === 1);
      const [us, eu] = offsets.map((record) => record.nodes[0]);
      expect(eu?.history).toBe(us?.history);
      expect(eu?.offset).toBeGreaterThan(0);
      expect(eu?.offset).toBeLessThanOrEqual(us?.offset ?? 0);
    });

    it("promotes when the operator asks, and only then", () => {
      const promoted = run
        .of("failover-promoted")
        .filter((record) => record.globalDatastore === "sessions");
      expect(promoted).toHaveLength(mode === "enabled" ? 3 : 1);
      for (const record of promoted) expect(record.at).toBe(120 * SECOND);
      for (const record of run.of("failover-detected")) expect(record.at).toBe(90 * SECOND);
      const without = observe(
        world(mode, { method: [at(60, { fault: "region-outage", region: "us-east-1" }, 60)] }),
      );
      expect(without.of("failover-promoted")).toHaveLength(0);
      expect(without.of("failover-abandoned")).toHaveLength(mode === "enabled" ? 3 : 1);
    });

    it("re-points the application after the redirect delay", () => {
      const redirected = run
        .of("client-learned")
        .filter((record) => record.cause.startsWith("redirected"));
      for (const record of redirected) expect(record.at).toBe(130 * SECOND);
      expect(new Set(redirected.map((record) => record.client)).size).toBe(6);
    });

    it("the isolated Region goes on acknowledging until it is demoted: those writes are not in the history that won", () => {
      const ended = run.of("history-ended").filter((record) => record.cache === "eu");
      expect(ended.length).toBe(mode === "enabled" ? 3 : 1);
      const kept = new Map(ended.map((record) => [record.history, record.keptOffset]));
      const divergent = run.operations.filter(
        (operation) =>
          operation.command === COMMAND_SET &&
          operation.outcome === OUTCOME_OK &&
          operation.offset > (kept.get(operation.history) ?? Number.POSITIVE_INFINITY),
      );
      expect(divergent.length).toBeGreaterThan(1000);
      const last = Math.max(...divergent.map((operation) => operation.returnedAt));
      expect(last).toBeLessThan(181 * SECOND);
    });

    it("the old primary Region follows the new one in the end", () => {
      const last = run.of("offsets").slice(-(mode === "enabled" ? 6 : 2));
      const histories = (at: number): number[] =>
        last
          .filter((record) => record.cache === ["us", "eu"][at])
          .flatMap((record) => record.nodes.map((node) => node.history));
      expect(new Set(histories(0))).toEqual(new Set(histories(1)));
    });

    // Sub-replicas: a secondary's replicas follow the secondary's own primary, before a promotion and after it.
    it("replicas follow their own Region's primary, partially where its history forked from theirs", () => {
      const promoted = 120 * SECOND;
      const after = run.of("resync").filter((record) => record.at >= promoted);
      const leaderOf = (node: string): string => node.replace(/\d{3}$/, "001");
      const heirs = after.filter(({ cache, node }) => cache === "eu" && node !== leaderOf(node));
      expect(heirs).toHaveLength(mode === "enabled" ? 6 : 2);
      for (const record of heirs) {
        expect(record.source).toBe(leaderOf(record.node));
        expect(record.mode).toBe("partial");
        // PSYNC by the replication id that was the upstream's, up to where the heir was promoted.
        expect(record.history).toBe(record.parentHistory);
        expect(record.offset).toBeLessThanOrEqual(record.forkOffset);
      }
      // What the old primary Region wrote alone has no place in the new history: all of it is loaded anew.
      const old = after.filter(({ cache }) => cache === "us");
      for (const record of old) {
        const leads = record.node === leaderOf(record.node);
        const expected = leads ? record.node.replace("us", "eu") : leaderOf(record.node);
        expect(record.source).toBe(expected);
      }
      expect(old.filter(({ mode: by }) => by === "full").length).toBeGreaterThanOrEqual(
        mode === "enabled" ? 9 : 3,
      );
    });

    it("both traffics write to the new primary in the end", () => {
      const late = run.operations.filter(
        (operation) => operation.invokedAt > 200 * SECOND && operation.command === COMMAND_SET,
      );
      expect(late.length).toBeGreaterThan(500);
      expect(late.filter((operation) => operation.outcome !== OUTCOME_OK)).toHaveLength(0);
    });
  });
}
