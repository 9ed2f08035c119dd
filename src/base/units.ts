/**
 * Quantities as people write them: durations, sizes, rates, percentages, counts. Parsers answer undefined for text that
 * is no such quantity; what they accept, the formatters write.
 */
import { type Nanos, SECOND } from "./nanos.ts";

const DURATION_UNITS: readonly (readonly [unit: string, ns: number])[] = [
  ["ns", 1],
  ["us", 1e3],
  ["ms", 1e6],
  ["s", SECOND],
  ["m", 60 * SECOND],
  ["h", 3600 * SECOND],
  ["d", 86_400 * SECOND],
];

const SIZE_UNITS: ReadonlyMap<string, number> = new Map([
  ["B", 1],
  ["KB", 1e3],
  ["MB", 1e6],
  ["GB", 1e9],
  ["KiB", 1024],
  ["MiB", 1024 ** 2],
  ["GiB", 1024 ** 3],
]);

const COUNT_UNITS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["k", 1e3],
  ["M", 1e6],
]);

const RATE_UNITS: ReadonlyMap<string, number> = new Map([
  ["s", 1],
  ["min", 60],
  ["h", 3600],
]);

const NUMBER = /^(\d{1,15}(?:\.\d{1,9})?)/;

/** Splits `1.5h` into its number and what follows. */
function split(text: string): { readonly value: number; readonly unit: string } | undefined {
  const match = NUMBER.exec(text);
  if (match === null) return undefined;
  return { value: Number(match[1]), unit: text.slice((match[1] as string).length) };
}

/** `250ms`, `5s`, `1.5h`, `2m30s`: whole nanoseconds, below 2^53. */
export function parseDuration(text: string): Nanos | undefined {
  let rest = text.trim();
  if (rest === "0") return 0;
  if (rest.length === 0 || rest.length > 40) return undefined;
  let total = 0;
  while (rest.length > 0) {
    const part = /^(\d{1,15}(?:\.\d{1,9})?)(ns|us|ms|s|m|h|d)/.exec(rest);
    if (part === null) return undefined;
    const factor = DURATION_UNITS.find(([unit]) => unit === part[2])?.[1] as number;
    total += Number(part[1]) * factor;
    rest = rest.slice(part[0].length);
  }
  const ns = Math.round(total);
  return ns <= Number.MAX_SAFE_INTEGER ? ns : undefined;
}

/** `500B`, `1KB` (1000), `2MiB` (1024^2): whole bytes. */
export function parseSize(text: string): number | undefined {
  const parts = split(text.trim());
  const factor = parts === undefined ? undefined : SIZE_UNITS.get(parts.unit);
  if (parts === undefined || factor === undefined) return undefined;
  const bytes = Math.round(parts.value * factor);
  return bytes <= Number.MAX_SAFE_INTEGER ? bytes : undefined;
}

/** `4000/s`, `4k/s`, `30/min`: per second. */
export function parseRate(text: string): number | undefined {
  const slash = text.indexOf("/");
  const count = slash < 0 ? undefined : parseCount(text.slice(0, slash), true);
  const per = RATE_UNITS.get(text.slice(slash + 1).trim());
  return count === undefined || per === undefined ? undefined : count / per;
}

/** `99.9%`: a share. Not bounded: 150% is 1.5. */
export function parsePercentage(text: string): number | undefined {
  const parts = split(text.trim());
  // Through the decimal text, so that 99.9% is exactly the number 0.999.
  return parts?.unit === "%" ? Number((parts.value / 100).toPrecision(15)) : undefined;
}

/** `200k`, `1M`, `5`: a number; whole unless `fractions`. */
export function parseCount(text: string, fractions = false): number | undefined {
  const parts = split(text.trim());
  const factor = parts === undefined ? undefined : COUNT_UNITS.get(parts.unit);
  if (parts === undefined || factor === undefined) return undefined;
  const count = Number((parts.value * factor).toPrecision(15));
  if (!fractions && !Number.isInteger(count)) return undefined;
  return count <= Number.MAX_SAFE_INTEGER ? count : undefined;
}

/** Trims a number to `digits` decimals without trailing zeros. */
export function trim(value: number, digits: number): string {
  const fixed = value.toFixed(digits);
  return fixed.includes(".") ? fixed.replace(/\.?0+$/, "") : fixed;
}

/** `250ms`, `7.874s`, `1m30s`, `2h`. At most millisecond resolution from a second on. */
export function formatDuration(ns: Nanos): string {
  if (ns < 0) return `-${formatDuration(-ns)}`;
  if (ns === 0) return "0s";
  if (ns < 1e3) return `${ns}ns`;
  if (ns < 1e6) return `${trim(ns / 1e3, 3)}us`;
  if (ns < SECOND) return `${trim(ns / 1e6, 3)}ms`;
  if (ns < 60 * SECOND) return `${trim(ns / SECOND, 3)}s`;
  const ms = Math.round(ns / 1e6);
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = trim((ms % 60_000) / 1000, 3);
  return `${hours > 0 ? `${hours}h` : ""}${minutes > 0 ? `${minutes}m` : ""}${seconds === "0" ? "" : `${seconds}s`}`;
}

/** `500B`, `1.05MB`, `52.8GiB` is written in powers of 1000. */
export function formatSize(bytes: number): string {
  for (const [unit, factor] of [
    ["GB", 1e9],
    ["MB", 1e6],
    ["KB", 1e3],
  ] as const) {
    if (bytes >= factor) return `${trim(bytes / factor, 2)}${unit}`;
  }
  return `${trim(bytes, 0)}B`;
}

/** `99.963%`: up to four decimals, never rounded up to 100%. */
export function formatPercentage(share: number): string {
  const text = trim(share * 100, 4);
  return share < 1 && text === "100" ? "99.9999%" : `${text}%`;
}

/** `2,880,287`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
