/** The result of a run: the stable contract of `result.json`. Times in seconds unless the name says otherwise. */

export type VerdictStatus = "pass" | "fail" | "unknown";

export interface LatencyMs {
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly max: number | null;
}

export interface ExpectationResult {
  /** `rpo(cart)`. */
  readonly id: string;
  readonly metric: string;
  readonly of: string | null;
  readonly limit: number | null;
  readonly observed: number | null;
  readonly unit: string; // "s", "ratio", "ms", "requests", "writes", "USD/month"
  readonly verdict: VerdictStatus;
  /** For failures: true if an oracle would have kept the promise; null otherwise. */
  readonly avoidable: boolean | null;
  readonly reason: string;
}

export interface InvariantResult {
  readonly id: string;
  readonly verdict: VerdictStatus;
  /** How many facts were checked. */
  readonly checked: number;
  readonly reason: string;
}

export interface FaultResult {
  readonly kind: string;
  readonly targets: readonly string[];
  readonly injectedAt: number;
  readonly healedAt: number | null;
}

export interface NodeInterval {
  readonly from: number;
  readonly to: number;
  readonly role: "primary" | "replica" | "secondary-primary" | "none";
  readonly state: "serving" | "paused" | "down" | "provisioning" | "syncing" | "minority";
}

export interface FailoverResult {
  readonly shard: number;
  readonly fromNode: string;
  readonly toNode: string | null;
  readonly cause: string;
  readonly startedAt: number;
  readonly rpoSeconds: number;
  readonly writesLost: number;
  readonly bytesLost: number;
  /** From start to accepting writes; null when it never finished. */
  readonly rtoSeconds: number | null;
  readonly phases: {
    readonly detect: number | null;
    readonly decide: number | null;
    readonly promote: number | null;
  };
}

export interface CacheResult {
  readonly rpoSeconds: number;
  readonly rtoSeconds: number | null;
  readonly writesLost: number;
  readonly splitBrainWrites: number;
  readonly availability: number | null;
  readonly slaUptime: number | null;
  readonly costPerHour: number | null;
  readonly costPerMonth: number | null;
  readonly costReason: string | null;
  readonly nodes: readonly {
    readonly id: string;
    readonly region: string;
    readonly zone: string;
    readonly shard: number;
    readonly intervals: readonly NodeInterval[];
  }[];
  readonly failovers: readonly FailoverResult[];
}

export interface PromotionResult extends Omit<FailoverResult, "phases"> {
  readonly fromCache: string;
  readonly toCache: string;
  readonly phases: {
    readonly operator: number | null;
    readonly detect: number | null;
    readonly decide: number | null;
    readonly promote: number | null;
  };
}

export interface GlobalDatastoreResult {
  /** The Region that is primary at the end of the run. */
  readonly primaryRegion: string;
  readonly promotions: readonly PromotionResult[];
  readonly lagSeconds: {
    readonly p50: number | null;
    readonly p99: number | null;
    readonly max: number | null;
  };
}

export interface RecoveryPhases {
  readonly detect: number;
  readonly decide: number;
  readonly promote: number;
  readonly propagate: number;
  readonly reconnect: number;
  readonly warm: number;
}

export interface RecoveryResult {
  /** `az-power-interruption injected`, `az-power-interruption healed`. */
  readonly after: string;
  readonly at: number;
  /** Null: the steady state was not regained before the next injection, heal or the end. */
  readonly rtoSeconds: number | null;
  readonly phases: RecoveryPhases;
  /** Per phase in order, the journal record that ended it, in words. */
  readonly causes: readonly string[];
}

export interface TrafficResult {
  readonly requests: number;
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
  readonly clientLost: number;
  readonly inFlight: number;
  /** Requests of `fail` and `info` by the cause of their last attempt's end: `OOM`, `LOADING`, `timeout`, `connection`, ... */
  readonly failures: Readonly<Record<string, number>>;
  readonly availability: number | null;
  readonly rtoSeconds: number | null;
  readonly recoveries: readonly RecoveryResult[];
  readonly latencyMs: LatencyMs;
  readonly latencyInFaultMs: LatencyMs;
  readonly latencyOutsideFaultMs: LatencyMs;
  readonly hitRatio: number | null;
  readonly staleReads: number;
}

export interface OriginResult {
  readonly requests: number;
  readonly peakConcurrency: number;
  readonly queuedMax: number;
  readonly latencyMs: LatencyMs;
}

export interface TimelineEntry {
  readonly at: number;
  readonly kind: string;
  readonly subject: string;
  readonly text: string;
}

export interface Series {
  /** A node, cache, traffic source or origin. */
  readonly of: string;
  readonly unit: string;
  readonly start: number;
  readonly step: number;
  readonly values: readonly (number | null)[];
}

export interface AssumptionResult {
  readonly name: string;
  readonly low: string;
  readonly used: string;
  readonly high: string;
  readonly source: string;
}

export interface ReplicatedFigure {
  /** `rpo(cart)`, `availability(checkout)`, `latencyMs.p99(checkout)`. */
  readonly figure: string;
  readonly unit: string;
  /** Runs that have the figure: mean, interval and percentiles are over these alone; `missing` tells of the others. */
  readonly count: number;
  readonly mean: number;
  readonly standardDeviation: number;
  /** 95 % confidence interval of the mean, by Student's t. */
  readonly low: number;
  readonly high: number;
  readonly p5: number;
  readonly p50: number;
  readonly p95: number;
}

/** A figure that some runs do not have. */
export interface MissingFigure {
  readonly figure: string;
  readonly runs: number;
  /** `never recovered`, `no failover of cart happened`. */
  readonly reason: string;
}

export interface ReplicatedVerdict {
  readonly expectation: string;
  readonly pass: number;
  readonly fail: number;
  readonly unknown: number;
}

export interface Replications {
  readonly count: number;
  /** Under `--until-ci`: the share of the mean that intervals must narrow to, and whether all did. */
  readonly until?: { readonly share: number; readonly reached: boolean };
  readonly seeds: readonly string[];
  readonly figures: readonly ReplicatedFigure[];
  /** Why runs have no figure, each reason with its runs; figures that no run has are here alone. */
  readonly missing: readonly MissingFigure[];
  readonly verdicts: readonly ReplicatedVerdict[];
}

/** What one assumption does to one expectation. */
export interface SensitivityEffect {
  readonly expectation: string;
  readonly unit: string;
  readonly atLow: number | null;
  readonly observed: number | null;
  readonly atHigh: number | null;
  readonly verdictLow: VerdictStatus;
  readonly verdictHigh: VerdictStatus;
  /** The verdict at low or at high is not the one at what was used. */
  readonly flips: boolean;
}

export interface SensitivityRow {
  readonly assumption: string;
  readonly low: string;
  readonly used: string;
  readonly high: string;
  /** Largest change between low and high, as a share of the expectation's limit (or of what was observed without one). */
  readonly influence: number;
  readonly effects: readonly SensitivityEffect[];
}

/** What one assumption does to the expectation of a tornado. */
export interface TornadoBar {
  readonly assumption: string;
  readonly low: string;
  readonly used: string;
  readonly high: string;
  readonly atLow: number | null;
  readonly atHigh: number | null;
  readonly verdictLow: VerdictStatus;
  readonly verdictHigh: VerdictStatus;
  readonly flips: boolean;
  /** From the least to the greatest figure; null where one of the runs has none. */
  readonly swing: number | null;
}

/** One expectation, and the assumptions that move it, the strongest first. */
export interface Tornado {
  readonly expectation: string;
  readonly unit: string;
  readonly limit: number | null;
  readonly observed: number | null;
  readonly verdict: VerdictStatus;
  readonly bars: readonly TornadoBar[];
  /** Assumptions that do nothing to it. */
  readonly unmoved: readonly string[];
}

export interface Result {
  readonly schemaVersion: 1;
  readonly tool: { readonly name: "cachequake"; readonly version: string };
  readonly scenario: string;
  readonly story: string;
  readonly seed: string;
  /** Run digest and behaviour digest, 16 hex digits. */
  readonly digest: string;
  readonly behaviourDigest: string;
  /** Run digest after each simulated second. */
  readonly checkpoints: readonly string[];
  readonly simulatedSeconds: number;
  readonly events: number;
  /** Events at the time and priority of the one before, for another target: what `tieBreak: shuffled` can reorder. */
  readonly ties: number;
  readonly verdict: VerdictStatus;
  readonly input: {
    /** The scenario's text, whole. */
    readonly source: string;
    readonly sets: readonly string[];
    readonly seed: string;
    readonly tieBreak: "schedule" | "shuffled";
    readonly allowPlanted: boolean;
  };
  /** `cachequake run az-power-loss --seed 42`. */
  readonly reproduce: string;
  readonly expectations: readonly ExpectationResult[];
  readonly invariants: readonly InvariantResult[];
  readonly faults: readonly FaultResult[];
  readonly assumptions: readonly AssumptionResult[];
  readonly caches: Readonly<Record<string, CacheResult>>;
  readonly globalDatastores: Readonly<Record<string, GlobalDatastoreResult>>;
  readonly traffic: Readonly<Record<string, TrafficResult>>;
  readonly origins: Readonly<Record<string, OriginResult>>;
  readonly timeline: readonly TimelineEntry[];
  /** By metric name; CloudWatch's where it has one. */
  readonly series: Readonly<Record<string, readonly Series[]>>;
  /** Under `--replications`. */
  readonly replications?: Replications;
  /** Under `--sensitivity`: the assumptions that move most first. */
  readonly sensitivity?: readonly SensitivityRow[];
  /** Under `--sensitivity`: the same by expectation, in the scenario's order. */
  readonly tornadoes?: readonly Tornado[];
}
