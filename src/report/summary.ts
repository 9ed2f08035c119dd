/** The summary for a terminal: the answer first, then what it rests on. */
import { createColors } from "picocolors";
import type { RecoveryResult, Result, VerdictStatus } from "../run/result.ts";
import { replicationLines, sensitivityLines } from "./extras.ts";
import {
  answer,
  blame,
  distinct,
  figure,
  integer,
  isOpenTold,
  milliseconds,
  outcome,
  percent,
  plain,
  seconds,
} from "./format.ts";

export interface SummaryOptions {
  readonly color: boolean;
  /** Columns of the terminal, 40 and up. */
  readonly width: number;
  /** The command that does the same again, where it is known better than by the scenario's name. */
  readonly reproduce?: string;
}

const PHASES = ["detect", "decide", "promote", "propagate", "reconnect", "warm"] as const;

export function renderSummary(result: Result, options: SummaryOptions): string {
  const colors = createColors(options.color);
  const width = Math.max(60, Math.min(options.width, 120));
  const paint = (status: VerdictStatus, text: string): string =>
    ({ pass: colors.green, fail: colors.red, unknown: colors.yellow })[status](text);
  const heading = (text: string): string => colors.bold(text);
  const lines: string[] = [];
  lines.push(
    `${paint(result.verdict, result.verdict.toUpperCase())}  ${heading(plain(result.scenario))}  seed ${plain(result.seed)}`,
    "",
  );
  lines.push(...wrap(plain(answer(result)), width), "");
  lines.push(...figures(result, heading), "");
  lines.push(...recoveries(result, heading, width));
  lines.push(heading("Verdicts"));
  for (const check of result.expectations) {
    const limit = check.limit === null ? "" : `  limit ${figure(check.limit, check.unit)}`;
    const observed = check.observed === null ? "" : `  ${figure(check.observed, check.unit)}`;
    const said = [blame(check), check.reason].filter((text) => text !== "").join(": ");
    lines.push(
      `  ${paint(check.verdict, check.verdict.padEnd(7))} ${plain(check.id)}${observed}${limit}`,
    );
    lines.push(...wrap(plain(said), width - 10).map((line) => colors.dim(`          ${line}`)));
  }
  if (result.expectations.length === 0) lines.push("  the scenario expects nothing");
  const broken = result.invariants.filter((invariant) => invariant.verdict !== "pass");
  lines.push(
    `  ${integer(result.invariants.length - broken.length)} of ${result.invariants.length} invariants hold`,
  );
  for (const invariant of broken) {
    lines.push(`  ${paint(invariant.verdict, invariant.verdict.padEnd(7))} ${invariant.id}`);
    lines.push(
      ...wrap(plain(invariant.reason), width - 10).map((line) => colors.dim(`          ${line}`)),
    );
  }
  if (result.replications !== undefined) lines.push("", ...replicationLines(result.replications));
  if (result.tornadoes !== undefined) lines.push("", ...sensitivityLines(result.tornadoes));
  lines.push("", `Reproduce  ${colors.cyan(plain(options.reproduce ?? result.reproduce))}`);
  return `${lines.join("\n")}\n`;
}

function figures(result: Result, heading: (text: string) => string): string[] {
  const lines: string[] = [];
  for (const [name, cache] of Object.entries(result.caches)) {
    const split =
      cache.splitBrainWrites === 0
        ? ""
        : `, ${integer(cache.splitBrainWrites)} of them in split brain`;
    const cost =
      cache.costPerMonth === null
        ? "cost unknown"
        : `${integer(Math.round(cache.costPerMonth))} USD/month`;
    lines.push(
      `${heading(plain(name))}  RPO ${seconds(cache.rpoSeconds)}  RTO ${seconds(cache.rtoSeconds)}  lost ${integer(cache.writesLost)} writes${split}  ${cost}`,
    );
  }
  for (const [name, traffic] of Object.entries(result.traffic)) {
    const lost =
      traffic.clientLost === 0 ? "" : `, ${integer(traffic.clientLost)} lost with their client`;
    const open = isOpenTold(traffic) ? `, ${integer(traffic.inFlight)} open at the end` : "";
    lines.push(
      `${heading(plain(name))}  RTO ${seconds(traffic.rtoSeconds)}  availability ${percent(traffic.availability)}  ` +
        `${integer(traffic.fail)} failed, ${integer(traffic.info)} of unknown outcome${lost}${open}`,
    );
    const { p50, p99, max } = traffic.latencyMs;
    const hits = traffic.hitRatio === null ? "" : `  hit ratio ${percent(traffic.hitRatio)}`;
    lines.push(
      `${" ".repeat(name.length)}  latency p50 ${milliseconds(p50)}  p99 ${milliseconds(p99)}  max ${milliseconds(max)}${hits}`,
    );
  }
  return lines;
}

function recoveries(result: Result, heading: (text: string) => string, width: number): string[] {
  const lines: string[] = [];
  for (const [name, traffic] of Object.entries(result.traffic)) {
    for (const recovery of distinct(traffic.recoveries)) {
      if (recovery.rtoSeconds === 0) continue;
      lines.push(
        heading(plain(`RTO of ${name} after ${recovery.after}: ${seconds(recovery.rtoSeconds)}`)),
      );
      lines.push(...phases(traffic.recoveries, recovery, width), "");
    }
  }
  return lines;
}

/** A line per phase that took time, with what ended it. */
function phases(
  recoveries: readonly RecoveryResult[],
  recovery: RecoveryResult,
  width: number,
): string[] {
  if (recovery.rtoSeconds === null)
    return wrap(plain(outcome(recoveries, recovery)), width - 2).map((line) => `  ${line}`);
  return PHASES.filter((phase) => recovery.phases[phase] > 0).flatMap((phase) => {
    const cause =
      recovery.causes.find((text) => text.startsWith(`${phase}: `))?.slice(phase.length + 2) ?? "";
    const head = `  ${phase.padEnd(10)} ${seconds(recovery.phases[phase]).padStart(10)}  `;
    const [first = "", ...rest] = wrap(plain(cause), width - head.length);
    return [`${head}${first}`, ...rest.map((line) => `${" ".repeat(head.length)}${line}`)];
  });
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  if (line !== "") lines.push(line);
  return lines;
}
