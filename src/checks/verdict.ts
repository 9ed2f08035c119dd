/** What checks answer. */

/** `unknown`: nothing tested it. */
export type VerdictStatus = "pass" | "fail" | "unknown";

export interface ExpectationVerdict {
  /** `rpo(cart)`. */
  readonly id: string;
  readonly metric: string;
  readonly of: string | null;
  readonly limit: number | null;
  readonly observed: number | null;
  readonly unit: string;
  readonly verdict: VerdictStatus;
  /** Failures only: would an oracle with instant detection and promotion have kept the promise? */
  readonly avoidable: boolean | null;
  readonly reason: string;
}

export interface InvariantVerdict {
  readonly id: string;
  readonly verdict: VerdictStatus;
  /** How many facts were looked at. */
  readonly checked: number;
  readonly reason: string;
}

/** The run's verdict: fail before unknown before pass. */
export function worst(verdicts: readonly VerdictStatus[]): VerdictStatus {
  if (verdicts.includes("fail")) return "fail";
  return verdicts.includes("unknown") ? "unknown" : "pass";
}
