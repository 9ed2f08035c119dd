/** Figures and texts as reports write them. */
import { formatCount, formatPercentage, trim } from "../base/units.ts";
import type { ExpectationResult, RecoveryResult, Result, TrafficResult } from "../run/result.ts";

/** `7.4 s`, `5 min 10 s`; `-` for null. */
export function seconds(value: number | null): string {
  if (value === null) return "-";
  if (value < 120) return `${trim(value, 3)} s`;
  const whole = Math.floor(value / 60);
  const rest = trim(value - whole * 60, 1);
  return rest === "0" ? `${whole} min` : `${whole} min ${rest} s`;
}

/** `2:00`, `12:05.5`: a moment of the run. */
export function clock(value: number): string {
  const tenths = Math.round(value * 10);
  const minutes = Math.floor(tenths / 600);
  const rest = (tenths - minutes * 600) / 10;
  const text = Number.isInteger(rest)
    ? String(rest).padStart(2, "0")
    : trim(rest, 1).padStart(4, "0");
  return `${minutes}:${text}`;
}

export const percent = (share: number | null): string =>
  share === null ? "-" : formatPercentage(share);
export const integer = (count: number): string => formatCount(count);
export const milliseconds = (ms: number | null): string =>
  ms === null ? "-" : `${trim(ms, 3)} ms`;

/** A figure in the unit of its expectation. */
export function figure(value: number | null, unit: string): string {
  if (value === null) return "-";
  switch (unit) {
    case "s":
      return seconds(value);
    case "ms":
      return milliseconds(value);
    case "ratio":
      return percent(value);
    case "USD/month":
      return `${integer(Math.round(value))} USD/month`;
    default:
      return `${integer(value)} ${plain(unit)}`;
  }
}

/** Without control characters, halves of characters, and marks that change the direction of text or start terminal escapes. */
export function plain(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/gu,
    "\ufffd",
  );
}

/** Text for HTML and XML, attributes included. */
export function escapeMarkup(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return plain(text).replace(/[&<>"']/g, (character) => entities[character] as string);
}

/** What happened, in two or three sentences: the answer before all figures. */
export function answer(result: Result): string {
  return [
    acts(result),
    ...Object.entries(result.traffic).map(([name, traffic]) => fared(name, traffic)),
    ...lostWrites(result),
  ].join(" ");
}

/** What was done to the caches: the first fault, or step, and how many followed. */
function acts({ faults, timeline }: Result): string {
  const steps = timeline.filter(({ kind }) => kind === "step");
  const [fault] = faults;
  const [step] = steps;
  const more = Math.max(faults.length, fault === undefined ? steps.length : 0) - 1;
  const others = more > 0 ? ` and ${more} more` : "";
  if (fault === undefined && step === undefined) return "No fault was injected.";
  if (fault === undefined)
    return `${step?.subject} of ${step?.text} at ${clock(step?.at ?? 0)}${others}.`;
  if (fault.targets.length === 0)
    return `${fault.kind} at ${clock(fault.injectedAt)} hit nothing${others === "" ? "" : `,${others}`}.`;
  return `${fault.kind} of ${fault.targets.slice(0, 3).join(", ")} at ${clock(fault.injectedAt)}${others}.`;
}

/** Share of requests from which on those that are open at the end are told: a few are under way whenever a run ends. */
const OPEN_TOLD = 0.001;

export const isOpenTold = ({
  requests,
  inFlight,
}: Pick<TrafficResult, "requests" | "inFlight">): boolean =>
  inFlight > 0 && inFlight >= OPEN_TOLD * requests;

/** How requests of one source fared, and what became of its steady state. */
function fared(
  name: string,
  { recoveries, rtoSeconds, availability, requests, inFlight }: TrafficResult,
): string {
  const fate = (whose: string): string =>
    isOpenTold({ requests, inFlight })
      ? `${integer(inFlight)} of ${integer(requests)} requests${whose} were open at the end, ${percent(availability)} of the others succeeded`
      : `${percent(availability)} of ${integer(requests)} requests${whose} succeeded`;
  const last = recoveries.at(-1);
  if (last === undefined) return `${fate(` of ${name}`)}.`;
  const steady = (): string => {
    if (recoveries.every((recovery) => recovery.rtoSeconds === 0)) return "kept its steady state";
    if (last.rtoSeconds === null) return "did not regain its steady state";
    if (rtoSeconds !== null && rtoSeconds > 0)
      return `regained its steady state after ${seconds(rtoSeconds)}`;
    if (last.rtoSeconds === 0) return `had its steady state again when ${last.after}`;
    return `regained its steady state ${seconds(last.rtoSeconds)} after ${last.after}`;
  };
  return `${name} ${steady()}; ${fate("")}.`;
}

function lostWrites({ caches, invariants }: Result): readonly string[] {
  const lost = Object.entries(caches).filter(([, cache]) => cache.writesLost > 0);
  if (lost.length > 0)
    return lost.map(
      ([name, cache]) =>
        `${name} lost ${integer(cache.writesLost)} acknowledged ${cache.writesLost === 1 ? "write" : "writes"}, RPO ${seconds(cache.rpoSeconds)}.`,
    );
  const kept = invariants.find(({ id }) => id === "acknowledged-writes-kept");
  return [
    kept?.verdict === "unknown"
      ? `Whether acknowledged writes were lost is not known: ${kept.reason}.`
      : "No acknowledged write was lost.",
  ];
}

/** What became of a steady state after a disturbance, in the words of the answer; nothing where it was regained later. */
export function outcome(recoveries: readonly RecoveryResult[], recovery: RecoveryResult): string {
  const { after, at, rtoSeconds } = recovery;
  if (rtoSeconds === null) {
    const next = recoveries.find((other) => other.at > at);
    return `did not regain its steady state${next === undefined ? "" : ` before ${next.after}`}`;
  }
  if (rtoSeconds > 0) return "";
  const before = recoveries.filter((other) => other.at < at).at(-1);
  return before?.rtoSeconds === null
    ? `had its steady state again when ${after}`
    : "kept its steady state";
}

/** Recoveries of a source, those from disturbances alike and at one time once. */
export function distinct(recoveries: readonly RecoveryResult[]): readonly RecoveryResult[] {
  return recoveries.filter(
    ({ after, at }, i) =>
      recoveries.findIndex((other) => other.after === after && other.at === at) === i,
  );
}

/** `avoidable`, `unavoidable` or nothing. */
export function blame(expectation: ExpectationResult): string {
  if (expectation.verdict !== "fail" || expectation.avoidable === null) return "";
  return expectation.avoidable ? "avoidable" : "unavoidable";
}
