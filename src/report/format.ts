/** Figures and texts as reports write them. */
import { formatCount, formatPercentage, trim } from "../base/units.ts";
import type { ExpectationResult, Result } from "../run/result.ts";

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
  const sentences: string[] = [];
  const [fault] = result.faults;
  if (fault !== undefined) {
    const more = result.faults.length > 1 ? ` and ${result.faults.length - 1} more` : "";
    sentences.push(
      `${fault.kind} of ${fault.targets.slice(0, 3).join(", ")} at ${clock(fault.injectedAt)}${more}.`,
    );
  } else sentences.push("No fault was injected.");
  for (const [name, traffic] of Object.entries(result.traffic)) {
    const disturbed = traffic.recoveries.some((recovery) => recovery.rtoSeconds !== 0);
    const rto = !disturbed
      ? traffic.recoveries.length > 0
        ? `${name} kept its steady state`
        : name
      : traffic.rtoSeconds === null
        ? `${name} did not regain its steady state`
        : `${name} regained its steady state after ${seconds(traffic.rtoSeconds)}`;
    sentences.push(
      `${rto}; ${percent(traffic.availability)} of ${integer(traffic.requests)} requests succeeded.`,
    );
  }
  const lost = Object.entries(result.caches).filter(([, cache]) => cache.writesLost > 0);
  if (lost.length === 0) sentences.push("No acknowledged write was lost.");
  for (const [name, cache] of lost) {
    sentences.push(
      `${name} lost ${integer(cache.writesLost)} acknowledged writes over ${seconds(cache.rpoSeconds)}.`,
    );
  }
  return sentences.join(" ");
}

/** `avoidable`, `unavoidable` or nothing. */
export function blame(expectation: ExpectationResult): string {
  if (expectation.verdict !== "fail" || expectation.avoidable === null) return "";
  return expectation.avoidable ? "avoidable" : "unavoidable";
}
