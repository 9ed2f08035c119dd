/**
 * A fault kind is data plus two verbs. One file per kind under `src/faults/`, listed in `registry.ts`.
 * The words (schema, lint, resolve) stand beside the verbs; the verbs take resolved settings only.
 */
import type { Nanos } from "../base/nanos.ts";

/** What a fault is aimed at, as resolved from the scenario's words. Roles are bound when the fault is injected. */
export type NodeTarget =
  | { readonly kind: "node"; readonly node: string }
  | { readonly kind: "primary"; readonly cache: string; readonly shard: number | null } // null: of every shard
  | {
      readonly kind: "replicas";
      readonly cache: string;
      readonly shard: number | null;
      readonly share: number;
    } // share 0..1, at least one
  | {
      readonly kind: "any";
      readonly cache: string;
      readonly shard: number | null;
      readonly count: number;
    } // seeded choice
  /** Processes that watch a self-managed group: one by its number from 1, or (null) all. */
  | { readonly kind: "sentinel"; readonly cache: string; readonly number: number | null };

export type PlaceTarget =
  | { readonly kind: "zone"; readonly zone: string }
  | { readonly kind: "region"; readonly region: string };

/** As Chaos Mesh names it: seen from the isolated side. */
export type CutDirection = "to" | "from" | "both";

/** Settings of each fault kind, resolved. */
export type FaultSettings =
  | { readonly fault: "node-crash"; readonly target: NodeTarget | PlaceTarget }
  | { readonly fault: "host-power-loss"; readonly target: NodeTarget | PlaceTarget }
  | { readonly fault: "node-pause"; readonly target: NodeTarget | PlaceTarget }
  | { readonly fault: "az-power-interruption"; readonly zone: string }
  /** Cuts every link between the isolated hosts and the other side; `to` null means all others. */
  | {
      readonly fault: "network-partition";
      readonly isolate: readonly (NodeTarget | PlaceTarget)[];
      readonly to: readonly (NodeTarget | PlaceTarget)[] | null;
      /** Which packets are dropped: those that leave the isolated, those that come to them, or both. */
      readonly direction: CutDirection;
      /** Hosts that go on seeing both sides, and are seen. */
      readonly bridge: readonly (NodeTarget | PlaceTarget)[];
      /** Clients in the zones of the isolated nodes are on their side. */
      readonly withClients: boolean;
    }
  /** Adds one-way delay (and jitter, uniform 0..jitterNs) to every link between the two sides; `to` null means everything else. */
  | {
      readonly fault: "network-latency";
      readonly from: readonly (NodeTarget | PlaceTarget)[];
      readonly to: readonly (NodeTarget | PlaceTarget)[] | null;
      readonly addNs: Nanos;
      readonly jitterNs: Nanos;
    }
  | { readonly fault: "region-outage"; readonly region: string }
  /** Commands take `factor` times as long, 1..1000. */
  | {
      readonly fault: "node-slow";
      readonly target: NodeTarget | PlaceTarget;
      readonly factor: number;
    }
  /** The process is gone for `downNs`. */
  | {
      readonly fault: "node-restart";
      readonly target: NodeTarget | PlaceTarget;
      readonly downNs: Nanos;
    }
  | { readonly fault: "az-network-disruption"; readonly zone: string }
  | {
      readonly fault: "network-loss";
      readonly from: readonly (NodeTarget | PlaceTarget)[];
      readonly to: readonly (NodeTarget | PlaceTarget)[] | null;
      /** Share of messages that are lost, above 0 and below 1. */
      readonly share: number;
      /** Mean number of messages lost in a row, at least 1. */
      readonly burst: number;
    }
  | {
      readonly fault: "network-bandwidth";
      readonly from: readonly (NodeTarget | PlaceTarget)[];
      readonly to: readonly (NodeTarget | PlaceTarget)[] | null;
      readonly bytesPerSecond: number;
    }
  | { readonly fault: "replication-link-cut"; readonly target: NodeTarget | PlaceTarget }
  | { readonly fault: "dns-outage"; readonly region: string }
  | { readonly fault: "control-plane-outage"; readonly region: string }
  | {
      readonly fault: "memory-pressure";
      readonly target: NodeTarget | PlaceTarget;
      readonly bytes: number;
    }
  | { readonly fault: "origin-slow"; readonly origin: string; readonly factor: number }
  | { readonly fault: "traffic-surge"; readonly traffic: string; readonly factor: number }
  | { readonly fault: "hot-key"; readonly traffic: string; readonly share: number }
  /** `byNs`: what the clock says beyond the true time; negative when it is behind. */
  | {
      readonly fault: "clock-skew";
      readonly target: NodeTarget | PlaceTarget;
      readonly byNs: Nanos;
    };

export type StepSettings =
  | { readonly step: "test-failover"; readonly cache: string; readonly shard: number }
  | { readonly step: "reboot-node"; readonly node: string; readonly downNs: Nanos }
  /** IncreaseReplicaCount by one: the node that comes. */
  | { readonly step: "add-replica"; readonly node: string }
  /** DecreaseReplicaCount by one; the node null: the service chooses. */
  | {
      readonly step: "remove-replica";
      readonly cache: string;
      readonly shard: number;
      readonly node: string | null;
    }
  /** Slots of a shard (from 1) go to another, one by one. */
  | {
      readonly step: "migrate-slots";
      readonly cache: string;
      readonly shard: number;
      readonly to: number;
      readonly firstSlot: number;
      readonly slots: number;
      readonly retryAfterNs: Nanos;
    }
  /** CLUSTER FAILOVER, sent to a replica of a self-managed group. */
  | {
      readonly step: "cluster-failover";
      readonly node: string;
      readonly option: "default" | "force" | "takeover";
    }
  | {
      readonly step: "promote-secondary-region";
      readonly globalDatastore: string;
      readonly to: string;
    };

/** When a method entry fires. */
export type Trigger =
  | { readonly kind: "at"; readonly atNs: Nanos }
  /** First at `firstNs`, then every `everyNs`, `times` in all. */
  | {
      readonly kind: "every";
      readonly firstNs: Nanos;
      readonly everyNs: Nanos;
      readonly times: number;
    }
  /**
   * At random in a window: gaps and durations are drawn from exponential distributions of the given means, shifted by
   * the least that each may be.
   */
  | {
      readonly kind: "random";
      readonly fromNs: Nanos;
      readonly untilNs: Nanos;
      readonly meanGapNs: Nanos;
      readonly minGapNs: Nanos;
      /** Null for a kind without a heal of its own. */
      readonly meanForNs: Nanos | null;
      readonly minForNs: Nanos;
    }
  /** When a state is reached (each first time after `notBeforeNs`). */
  | {
      readonly kind: "when";
      readonly state: TriggerState;
      readonly cache: string;
      readonly shard: number | null;
      readonly notBeforeNs: Nanos;
    }
  /** `delayNs` after an event: a fault kind's injection or heal, or a named event of a cache. */
  | { readonly kind: "after"; readonly event: TriggerEvent; readonly delayNs: Nanos };

export type TriggerState = "electing" | "promoting" | "full-sync" | "no-primary" | "replacing";
export type TriggerEvent =
  | { readonly kind: "fault"; readonly fault: string; readonly phase: "injected" | "healed" }
  | { readonly kind: "step"; readonly step: string }
  | {
      readonly kind: "cache-event";
      readonly event:
        | "failover-started"
        | "failover-detected"
        | "failover-completed"
        | "node-replaced"
        | "full-sync-started";
      readonly cache: string;
    };

/** One entry of the scenario's method, resolved. */
export interface MethodEntry {
  readonly index: number; // position in method, from 0
  readonly trigger: Trigger;
  readonly action: FaultSettings | StepSettings;
  /** How long the fault holds; null: no heal of its own (until the end, or a kind without heal). */
  readonly durationNs: Nanos | null;
  /** An empty target set is an error unless this is true. */
  readonly allowEmpty: boolean;
}
