/** A campaign that found one cause, with everything that a page of it shows. */
import type { ExploreReport } from "../../src/explore/report.ts";

export const FOUND: ExploreReport = {
  schemaVersion: 1,
  tool: { name: "cachequake", version: "0.1.0" },
  scenario: "cart",
  seed: "3",
  planted: null,
  verdict: "fail",
  runs: 9,
  failures: [
    {
      seed: "3-8",
      path: "8:1:0",
      check: "rpo(cart)",
      reason: "6 acknowledged writes of cart shard 1 lost within 2.08 s",
      avoidable: true,
      from: "drawn",
      swarm: { shape: "swizzle", weights: { "network-latency": 7 }, focus: ["cart/shard 1"] },
      foundWith: 3,
      minimal: {
        faults: [
          { at: "10s", fault: "node-pause", target: "primary of cart/shard 1", for: "2s" },
          { at: "11s", fault: "node-crash", target: "replica of cart/shard 1" },
        ],
        sets: ["traffic.shop.keys.count=1"],
      },
      injected: [
        { kind: "node-pause", targets: ["cart-0001-001"], injectedAt: 10, healedAt: 12 },
        { kind: "node-crash", targets: ["cart-0001-002"], injectedAt: 11, healedAt: null },
      ],
      observed: { value: 2.08, limit: 2, unit: "s" },
      shrink: { trials: 135, complete: false },
      others: 4,
      necessity: [
        {
          fault: { at: "10s", fault: "node-pause", target: "primary of cart/shard 1", for: "2s" },
          removed: [],
          halved: { how: "for: 1s", breaks: ["rpo(cart)"] },
        },
        {
          fault: { at: "11s", fault: "node-crash", target: "replica of cart/shard 1" },
          removed: ["rpo(cart)"],
          halved: null,
        },
      ],
      pointOfNoReturn: {
        samples: 10,
        curve: [
          { at: 0, probability: 0 },
          { at: 10, probability: 0.2 },
          { at: 12.858, probability: 0.9 },
          { at: 20, probability: 1 },
        ],
        event: { at: 12.858, text: "cart: failover completed", before: 0.2, after: 0.9 },
      },
      wouldHaveSaved: [
        {
          sets: ["traffic.shop.client.wait={replicas: 1, timeout: 100ms}"],
          what: "shop waits for one replica (WAIT 1)",
          saved: true,
          breaks: [],
          observed: 0.5,
          costPerMonth: 0,
        },
        {
          sets: ["caches.cart.replicasPerNodeGroup=2"],
          what: "one more replica per shard of cart",
          saved: false,
          breaks: ["rpo(cart)"],
          observed: null,
          costPerMonth: 383.69,
        },
      ],
      tolerance: {
        faults: 1,
        triedBelow: 0,
        schedule: [{ at: "9s", fault: "node-pause", target: "primary of cart/shard 2", for: "4s" }],
      },
      file: "reports/explore/cart/3/minimal-1.yaml",
      reproduce: "cachequake replay reports/explore/cart/3/minimal-1.yaml",
      exports: [
        {
          tool: "AWS FIS",
          file: null,
          faults: 2,
          expressed: 0,
          missing: [{ fault: "node-crash of cart-0001-002", word: "FIS reaches no single node" }],
          different: [],
        },
      ],
    },
  ],
  unavoidable: 1,
  breachAtMost: 0.42913,
  marks: { "split-brain": 3, clusterdown: 0 },
  neverReached: ["clusterdown"],
  unreached: ["clusterdown"],
  states: 49,
  kinds: { "node-pause": 4 },
  problems: 2,
};

/** A campaign that found nothing. */
export const SURVIVED: ExploreReport = {
  ...FOUND,
  verdict: "pass",
  runs: 2000,
  failures: [],
  breachAtMost: 0.0014967,
  unreached: [],
  problems: 0,
};
