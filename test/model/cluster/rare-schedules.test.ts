/**
 * Schedules that 20,000 runs of `npm run soak` found, shrunk: each broke an invariant of the model once, by an act that no
 * real bus would do. Titles say what the bus must not do.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Laboratory } from "../../../src/explore/laboratory.ts";
import type { FaultWords } from "../../../src/explore/schedule.ts";

interface Found {
  readonly title: string;
  readonly base: string;
  readonly seed: string;
  readonly faults: readonly FaultWords[];
  readonly sets: readonly string[];
}

const quiet = ["traffic.shop.arrivals.rate=10/s", "traffic.shop.keys.count=1", "duration=41s"];

const schedules: readonly Found[] = [
  {
    title:
      "a request for votes is not sent again on a link that was given up, long after it was asked",
    base: "self-managed",
    seed: "soak11-60",
    faults: [
      { at: "5s", fault: "az-network-disruption", zone: "us-east-1a", for: "30s" },
      { at: "28.7s", fault: "node-pause", target: "replica of cart/shard 3", for: "5.7s" },
    ],
    sets: quiet,
  },
  {
    title:
      "the vote of a primary that was paused does not make a replica lead that lost its shard since",
    base: "self-managed",
    seed: "soak9-68",
    faults: [
      { at: "15s", fault: "node-pause", target: "primary of cart/shard 1", for: "1.8s" },
      { at: "10s", fault: "node-pause", target: "primary of cart/shard 3", for: "10s" },
    ],
    sets: quiet,
  },
  {
    title: "a replacement is not known to a node that it cannot reach, which stays in the minority",
    base: "planted",
    seed: "soak5-169",
    faults: [
      {
        at: "10s",
        fault: "network-partition",
        isolate: "primary of cart/shard 3",
        withClients: true,
        for: "30s",
      },
      { at: "20s", fault: "az-power-interruption", zone: "us-east-1a", for: "100ms" },
    ],
    sets: [
      "caches.cart.replicasPerNodeGroup=1",
      "traffic.shop.keys.count=100",
      "traffic.shop.arrivals.rate=10/s",
      "traffic.account.arrivals.rate=10/s",
      "traffic.account.keys.count=1",
      "traffic.login.arrivals.rate=10/s",
      "traffic.login.keys.count=1",
      "duration=46s",
    ],
  },
  {
    title:
      "a replacement does not count as the owner that it replaces, for those who missed the election",
    base: "memory",
    seed: "soak10-151",
    faults: [
      { at: "10s", fault: "host-power-loss", target: "primary of cart/shard 2" },
      {
        when: { state: "promoting", of: "cart/shard 2", notBefore: "5s" },
        fault: "az-network-disruption",
        zone: "us-east-1c",
        for: "20s",
      },
    ],
    sets: ["traffic.shop.arrivals.rate=20/s", "traffic.shop.keys.count=100", "duration=46s"],
  },
  {
    title: "an epoch that died with its claimant before anybody heard of it may come again",
    base: "memory",
    seed: "soak16-193",
    faults: [
      {
        after: { event: "node-replaced", of: "cart", delay: "0s" },
        fault: "host-power-loss",
        target: "primary of cart/shard 3",
      },
      { at: "30s", fault: "az-power-interruption", zone: "us-east-1c", for: "100ms" },
      { at: "20s", fault: "az-power-interruption", zone: "us-east-1a", for: "100ms" },
    ],
    sets: ["traffic.shop.arrivals.rate=10/s"],
  },
  {
    title:
      "a primary that came back empty leads on with what it writes, where the winner died unheard",
    base: "memory",
    seed: "soak11-41",
    faults: [
      { at: "40s", fault: "node-crash", target: "primary of cart/shard 2" },
      {
        when: { state: "promoting", of: "cart/shard 2", notBefore: "5s" },
        fault: "az-power-interruption",
        zone: "us-east-1c",
        for: "100ms",
      },
      { at: "20s", fault: "node-restart", target: "primary of cart/shard 2", down: "1.65s" },
    ],
    sets: ["traffic.shop.arrivals.rate=10/s", "traffic.shop.keys.count=100", "duration=46s"],
  },
  {
    title:
      "a replacement has no connection to those who cannot answer it, so that it frees no minority",
    base: "memory",
    seed: "soak10-117",
    faults: [
      {
        at: "10s",
        fault: "network-partition",
        isolate: "zone us-east-1b",
        direction: "to",
        for: "30s",
      },
      { at: "20s", fault: "node-crash", target: "primary of cart/shard 1" },
    ],
    sets: ["traffic.shop.arrivals.rate=10/s", "traffic.shop.keys.count=10", "duration=46s"],
  },
  {
    title:
      "a primary whose Region gave up the lead while it was dead takes no writes when it is back",
    base: "planted",
    seed: "soak15-170",
    faults: [
      {
        at: "34.4s",
        fault: "node-restart",
        target: "primary of sessions-us",
        down: "1.96s",
        allowEmpty: true,
      },
      {
        after: { event: "failover-detected", of: "sessions-us", delay: "300ms" },
        fault: "az-network-disruption",
        zone: "us-east-1a",
        for: "2.7s",
        allowEmpty: true,
      },
      { at: "42.4s", fault: "node-pause", target: "primary of sessions-us", for: "1.5s" },
      { at: "5.6s", fault: "node-pause", target: "primary of sessions-eu", for: "200ms" },
    ],
    sets: [],
  },
];

describe("rare schedules", () => {
  it.each(schedules)("$title", ({ base, seed, faults, sets }) => {
    const file = `scenarios/explore/${base}.yaml`;
    const laboratory = new Laboratory({
      source: readFileSync(file, "utf8"),
      file,
      sets: [],
      planted: null,
    });
    const outcome = laboratory.run({ seed, faults, sets, rekey: null, detail: false });
    expect(outcome.problem).toBeNull();
    expect(outcome.breaches).toEqual([]);
    // It came so far: somebody was elected.
    expect(Object.keys(outcome.marks)).toContain("election-scheduled");
  });
});
