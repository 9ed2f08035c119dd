/** All folds over one run's journal, bundled. Operations are read in one pass, without an object per row. */
import { type Nanos, SECOND } from "../base/nanos.ts";
import type { Journal } from "../journal/journal.ts";
import {
  COMMAND_GET,
  COMMAND_SET,
  HIT_HIT,
  type OperationColumns,
  OUTCOME_FAIL,
  OUTCOME_NONE,
  OUTCOME_OK,
} from "../journal/operation-columns.ts";
import type { JournalRecord, KeysMovedRecord } from "../journal/records.ts";
import { ContradictionsFold } from "./contradictions-fold.ts";
import { DurabilityFold } from "./durability-fold.ts";
import { type Failover, foldFailovers } from "./failover-fold.ts";
import { HistoryFold } from "./history-fold.ts";
import { LossFold, type LossWindow, type Unappended } from "./loss-fold.ts";
import { foldNodeIntervals, type Interval } from "./node-intervals.ts";
import {
  type Disturbance,
  disturbancesOf,
  isDisturbance,
  type Recovery,
  recoveriesOf,
} from "./recovery.ts";
import { BUCKET_NS, RequestFold } from "./request-fold.ts";
import type { RunIndex } from "./run-facts.ts";
import { SteadyState, type SteadyWindows } from "./steady-state.ts";
import { WriteStanding } from "./write-standing.ts";

/** A clause of the steady-state hypothesis, for one traffic source. */
export interface SteadyHypothesis {
  readonly metric: "successRatio" | "latencyP99" | "hitRatio";
  readonly of: string;
  readonly overNs: Nanos;
  /** Share, 0..1; latencyP99: 0.99. */
  readonly atLeast: number;
  /** latencyP99: the limit. */
  readonly limitNs: Nanos;
}

export interface MeasurementOptions {
  readonly index: RunIndex;
  readonly steady: readonly SteadyHypothesis[];
  /** Names of the caches, and of the datastore, that each traffic source may talk to. */
  readonly cachesOfTraffic: readonly ReadonlySet<string>[];
  /** Which traffic sources share keys: a number per source. */
  readonly family: readonly number[];
  /** Keys of each source. */
  readonly keys: readonly number[];
  /** Families whose operations are kept whole. Default none. */
  readonly histories?: readonly number[];
  readonly records: readonly JournalRecord[];
}

export interface Measured {
  readonly requests: readonly RequestFold[];
  readonly losses: readonly LossWindow[];
  /** The fold of the keys that a traffic source uses. */
  durabilityOf(traffic: number): DurabilityFold;
  /** The operations on the keys that a traffic source uses; null where nobody asked for them. */
  historyOf(traffic: number): HistoryFold | null;
  readonly failovers: readonly Failover[];
  readonly disturbances: readonly Disturbance[];
  readonly intervals: ReadonlyMap<string, readonly Interval[]>;
  readonly steady: readonly SteadyState[];
  /** The same of what had ended when the first disturbance came: what was under way then, it may have broken. */
  readonly steadyBefore: readonly SteadyState[];
  readonly recoveries: readonly (readonly Recovery[])[];
  /** By shard: minutes with requests, and those in which all of them failed. */
  readonly minutes: readonly { readonly used: number; readonly unavailable: number }[];
  readonly operations: number;
  readonly acknowledgedWrites: number;
  readonly contradictions: ContradictionsFold;
  /** Positions of primaries that were looked at, and the first that lacked an acknowledged write. */
  readonly appended: { readonly positions: number; readonly missing: Unappended | null };
  readonly standing: WriteStanding;
}

/** So long an answer is awaited at the end of a run until its want counts: less is what is under way at any time. */
const UNANSWERED_NS = SECOND;

export class Measurement {
  private readonly requests: RequestFold[];
  private readonly losses = new LossFold();
  private readonly durability: DurabilityFold[];
  /** By family. */
  private readonly histories: readonly (HistoryFold | null)[];
  private readonly keepsHistories: boolean;
  private readonly slow: (Float64Array | null)[];
  private readonly slowLimitNs: Float64Array;
  private readonly minuteAll: Float64Array[];
  private readonly minuteOk: Float64Array[];
  private readonly contradictions = new ContradictionsFold();
  private readonly standing: WriteStanding;
  private operationCount = 0;
  private acknowledgedCount = 0;
  // Whether a fault is active, and since when: requests are told apart by their arrival.
  private holding = 0;
  private readonly unwell = new Set<string>();
  private readonly served = new Set<string>();
  private inFault = false;
  private wasInFault = false;
  /** Windows by traffic source of what had ended when the first disturbance came; null before. */
  private before: SteadyWindows[][] | null = null;
  // Minus infinity, and not 0: V8 compiles all readers of a field anew that turns from a small integer into a double.
  private changedAt: Nanos = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: MeasurementOptions) {
    const { index, steady, family, keys } = options;
    this.requests = index.traffic.map(() => new RequestFold(index.durationNs, index.warmUpNs));
    this.durability = Array.from(
      { length: Math.max(0, ...family) + 1 },
      (_, number) =>
        new DurabilityFold(Math.max(1, ...keys.filter((_, source) => family[source] === number))),
    );
    const { histories = [] } = options;
    this.keepsHistories = histories.length > 0;
    this.histories = this.durability.map((_, at) =>
      histories.includes(at) ? new HistoryFold() : null,
    );
    this.slowLimitNs = new Float64Array(index.traffic.length).fill(Number.POSITIVE_INFINITY);
    this.slow = index.traffic.map(({ name }, at) => {
      const clause = steady.find(
        (candidate) => candidate.metric === "latencyP99" && candidate.of === name,
      );
      if (clause === undefined) return null;
      this.slowLimitNs[at] = clause.limitNs;
      return new Float64Array(Math.ceil(index.durationNs / BUCKET_NS) + 1);
    });
    const minutes = Math.ceil(index.durationNs / 60e9) + 1;
    this.minuteAll = index.shards.map(() => new Float64Array(minutes));
    this.standing = new WriteStanding(index.sessions.length, index.shards.length);
    this.minuteOk = index.shards.map(() => new Float64Array(minutes));
  }

  attach(journal: Journal): void {
    journal.subscribe({
      operations: (batch) => this.operations(batch),
      record: (record) => this.record(record),
    });
  }

  /**
   * @param openSince - when the requests of a source arrived that are open at the end. What has waited a second counts in
   *   the windows of the steady state as not answered.
   */
  finish(openSince: (traffic: number) => readonly Nanos[] = () => []): Measured {
    const { index, records, cachesOfTraffic } = this.options;
    const failovers = foldFailovers(records);
    const disturbances = disturbancesOf(records);
    for (const fold of this.requests) fold.finish();
    const steady = index.traffic.map(({ name }, at) => {
      const windows = this.windowsOf(name, at);
      return new SteadyState(this.withUnanswered(windows, at, openSince(at)));
    });
    const steadyBefore = this.before?.map((windows) => new SteadyState(windows)) ?? steady;
    const recoveries = index.traffic.map(({ name }, at) => {
      const caches = cachesOfTraffic[at] as ReadonlySet<string>;
      const state = steady[at] as SteadyState;
      if (state.isEmpty) return [];
      return recoveriesOf(name, caches, state, {
        disturbances,
        failovers,
        records,
        endNs: index.durationNs,
      });
    });
    return {
      requests: this.requests,
      losses: this.losses.windows,
      durabilityOf: (traffic) => this.durabilityOf(traffic),
      historyOf: (traffic) => this.histories[this.options.family[traffic] as number] ?? null,
      failovers,
      disturbances,
      intervals: foldNodeIntervals(records, index.durationNs),
      steady,
      steadyBefore,
      recoveries,
      minutes: index.shards.map((_, shard) => this.minutesOf(shard)),
      operations: this.operationCount,
      acknowledgedWrites: this.acknowledgedCount,
      contradictions: this.contradictions,
      appended: { positions: this.losses.positions, missing: this.losses.unappended },
      standing: this.standing,
    };
  }

  private operations(batch: OperationColumns): void {
    const { count, traffic, command, outcome, requestOutcome, arrivedAt, returnedAt, hit, shard } =
      batch;
    this.operationCount += count;
    if (this.keepsHistories) this.keep(batch);
    if (this.durability.length === 1) this.durability[0]?.bringNear(batch);
    for (let i = 0; i < count; i++) {
      const source = traffic[i] as number;
      const fold = this.requests[source] as RequestFold;
      const arrived = arrivedAt[i] as number;
      const returned = returnedAt[i] as number;
      const ended = requestOutcome[i] as number;
      const bucket = Math.floor(arrived / BUCKET_NS);
      if (ended !== OUTCOME_NONE) {
        const inFault = arrived >= this.changedAt ? this.inFault : this.wasInFault;
        fold.ended(bucket, returned - arrived, ended, inFault, batch.cause[i] as number);
        if (returned - arrived > (this.slowLimitNs[source] as number))
          this.countSlow(source, bucket);
      }
      const result = outcome[i] as number;
      if (result === OUTCOME_NONE) continue;
      const at = shard[i] as number;
      const minute = Math.floor(arrived / 60e9);
      const all = this.minuteAll[at] as Float64Array;
      all[minute] = (all[minute] as number) + 1;
      if (result !== OUTCOME_OK) {
        if (command[i] === COMMAND_SET) this.notAcknowledged(batch, i, source);
        continue;
      }
      const ok = this.minuteOk[at] as Float64Array;
      ok[minute] = (ok[minute] as number) + 1;
      if (command[i] === COMMAND_GET) {
        fold.read(bucket, hit[i] as number);
        if (hit[i] === HIT_HIT) this.contradictions.read(batch, i, this.durabilityOf(source));
        if (batch.fromPrimary[i] === 0) {
          fold.replicaReads++;
          this.durabilityOf(source).replicaRead(batch, i);
        }
      } else if (command[i] === COMMAND_SET) this.acknowledged(batch, i, source);
    }
  }

  private keep(batch: OperationColumns): void {
    const { family } = this.options;
    for (let i = 0; i < batch.count; i++)
      this.histories[family[batch.traffic[i] as number] as number]?.operation(batch, i);
  }

  private durabilityOf(source: number): DurabilityFold {
    return this.durability[this.options.family[source] as number] as DurabilityFold;
  }

  private notAcknowledged(batch: OperationColumns, i: number, source: number): void {
    const invokedAt = batch.invokedAt[i] as number;
    this.standing.failed(batch.session[i] as number, batch.shard[i] as number, invokedAt);
    if (batch.outcome[i] !== OUTCOME_FAIL) return;
    this.durabilityOf(source).failed.set(batch.key[i] as number, batch.writeId[i] as number);
  }

  private acknowledged(batch: OperationColumns, i: number, source: number): void {
    this.acknowledgedCount++;
    this.contradictions.write(batch, i);
    const invokedAt = batch.invokedAt[i] as number;
    this.standing.succeeded(batch.session[i] as number, batch.shard[i] as number, invokedAt);
    const history = this.losses.acknowledged(batch, i);
    if (history >= 0) this.durabilityOf(source).acknowledged(batch, i, history);
  }

  private countSlow(source: number, bucket: number): void {
    const slow = this.slow[source];
    if (slow) slow[bucket] = (slow[bucket] as number) + 1;
  }

  private record(record: JournalRecord): void {
    if (this.before === null && isDisturbance(record)) this.before = this.windowsSoFar();
    switch (record.kind) {
      case "failover-started":
        this.losses.failoverStarted(record);
        return;
      case "history-ended":
        this.losses.ended(record);
        for (const fold of this.durability)
          fold.ended(record.history, record.keptOffset, record.successor);
        return;
      case "history-resumed":
        this.losses.resumed(record);
        for (const fold of this.durability)
          fold.resumed(record.history, record.keptOffset, record.successor);
        return;
      case "offsets":
        this.losses.offsets(record);
        return;
      case "keys-moved":
        this.keysMoved(record);
        return;
      case "evicted":
        for (const fold of this.durability) {
          fold.evicted.add(record.writeId);
          fold.evictedAt.set(`${record.cache}/${record.shard}/${record.key}`, record.at);
        }
        return;
      case "fault-injected":
        if (record.faultKind === "clock-skew") this.contradictions.clockSkewed();
        this.followFaults(record);
        return;
      case "fault-healed":
        this.followFaults(record);
        return;
      case "node-state":
        this.losses.nodeChanged(record);
        this.followFaults(record);
        return;
      default:
    }
  }

  private keysMoved({ cache, fromHistory, toHistory, keys }: KeysMovedRecord): void {
    const { index, family } = this.options;
    const source = index.traffic.findIndex((traffic) => traffic.cache === cache);
    const fold = this.durability[family[source] as number];
    if (fold === undefined) return;
    for (const moved of keys) {
      const ackAt = fold.ackAt(moved.key);
      const isOwed = fold.offset(moved.key) !== 0 && fold.writeId(moved.key) === moved.writeId;
      if (isOwed) this.losses.moved(toHistory, moved.offset, ackAt, moved.key);
      fold.moved(moved, fromHistory, toHistory);
    }
  }

  /** A fault is active from its injection until it has healed and every node serves again. */
  private followFaults(
    record: JournalRecord & { kind: "fault-injected" | "fault-healed" | "node-state" },
  ): void {
    if (record.kind === "node-state") {
      // A node that never served is being added: that is no fault.
      if (record.state === "serving") this.served.add(record.node);
      if (record.state === "serving" || record.state === "removed") this.unwell.delete(record.node);
      else if (this.served.has(record.node)) this.unwell.add(record.node);
    } else if (record.holds) this.holding += record.kind === "fault-injected" ? 1 : -1;
    const inFault = this.holding > 0 || this.unwell.size > 0;
    if (inFault === this.inFault) return;
    this.wasInFault = this.inFault;
    this.inFault = inFault;
    this.changedAt = record.at;
  }

  private windowsSoFar(): SteadyWindows[][] {
    return this.options.index.traffic.map(({ name }, at) =>
      this.windowsOf(name, at).map((windows) => ({
        ...windows,
        good: windows.good.slice(),
        all: windows.all.slice(),
      })),
    );
  }

  private windowsOf(name: string, at: number): SteadyWindows[] {
    const fold = this.requests[at] as RequestFold;
    return this.options.steady
      .filter((clause) => clause.of === name)
      .map(({ metric, overNs, atLeast }) => {
        if (metric === "hitRatio") return { good: fold.hits, all: fold.reads, overNs, atLeast };
        if (metric === "successRatio") return { good: fold.ok, all: fold.all, overNs, atLeast };
        const slow = this.slow[at] as Float64Array;
        const good = fold.all.map((all, bucket) => all - (slow[bucket] as number));
        return { good, all: fold.all, overNs, atLeast };
      });
  }

  /** The same windows, in which those count that were never answered. */
  private withUnanswered(
    windows: readonly SteadyWindows[],
    at: number,
    openSince: readonly Nanos[],
  ): SteadyWindows[] {
    const { reads } = this.requests[at] as RequestFold;
    const { durationNs } = this.options.index;
    return windows.map((window) => {
      const leastNs = Math.min(UNANSWERED_NS, window.overNs);
      const waited = openSince.filter((arrived) => durationNs - arrived >= leastNs);
      if (waited.length === 0 || window.all === reads) return window;
      const all = window.all.slice();
      for (const arrived of waited) {
        const bucket = Math.floor(arrived / BUCKET_NS);
        all[bucket] = (all[bucket] ?? 0) + 1;
      }
      return { ...window, all };
    });
  }

  private minutesOf(shard: number): { used: number; unavailable: number } {
    const all = this.minuteAll[shard] as Float64Array;
    const ok = this.minuteOk[shard] as Float64Array;
    let used = 0;
    let unavailable = 0;
    for (let minute = 0; minute < all.length; minute++) {
      if (all[minute] === 0) continue;
      used++;
      if (ok[minute] === 0) unavailable++;
    }
    return { used, unavailable };
  }
}
