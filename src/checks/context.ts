/** What checks read: the folds over the journal, its records, and the state at the end. */
import type { JournalRecord } from "../journal/records.ts";
import type { Measured } from "../measure/measurement.ts";
import type { EndState, RunIndex } from "../measure/run-facts.ts";

/** A cache as checks need to know it. */
export interface CacheFacts {
  readonly name: string;
  readonly clusterMode: "enabled" | "disabled";
  readonly automaticFailover: boolean;
  /** No service looks after it: it chooses no replica and has no endpoint. Default false. */
  readonly selfManaged?: boolean;
  readonly dnsUpdateNs: number;
  readonly dnsTtlNs: number;
  /** cluster-node-timeout. */
  readonly nodeTimeoutNs: number;
  /** What a replica waits before it asks for votes, and for each sibling before it. Default: upstream before Valkey 9.0. */
  readonly elections?: { readonly delayNs: number; readonly rankDelayNs: number };
  /** A full memory evicts, so that writes are never refused for want of room. */
  readonly evicts: boolean;
  /** USD, null where no price is known. */
  readonly pricePerMonth: number | null;
  readonly costReason: string | null;
}

export interface CheckContext {
  readonly index: RunIndex;
  readonly records: readonly JournalRecord[];
  readonly measured: Measured;
  readonly end: EndState;
  readonly caches: readonly CacheFacts[];
  readonly datastores: readonly { readonly name: string; readonly members: readonly string[] }[];
}

/** Names of the caches that a name stands for: itself, or a datastore's members. */
export function membersOf(context: CheckContext, name: string): readonly string[] {
  return context.datastores.find((store) => store.name === name)?.members ?? [name];
}

/** The caches a traffic source may talk to, by name of cache or datastore. */
export function cachesOfTraffic(context: CheckContext, traffic: number): readonly string[] {
  return membersOf(context, context.index.traffic[traffic]?.cache ?? "");
}

/** Index of a traffic source by name, -1 for none. */
export function trafficIndex(context: CheckContext, name: string): number {
  return context.index.traffic.findIndex((traffic) => traffic.name === name);
}

/** Seconds with at most three decimals, as text. */
export function seconds(ns: number): string {
  return `${Math.round(ns / 1e6) / 1000} s`;
}
