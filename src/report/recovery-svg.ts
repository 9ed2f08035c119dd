/** A closer look at a recovery or a failover: its phases as brackets on their own axis, with what ended each, and its RPO. */
import type { FailoverResult, PromotionResult, RecoveryResult, Result } from "../run/result.ts";
import { integer, plain, seconds } from "./format.ts";
import type { Pen } from "./pen.ts";
import { drawAxis, type Sheet, stepsOf, stretchesOf, textWidth, wrapText } from "./sheet.ts";
import { type TimeScale, timeScale } from "./time-scale.ts";

const PHASES = ["detect", "decide", "promote", "propagate", "reconnect", "warm"] as const;
const ROW = 24;
const LINE = 15;
const STRIP = 60;
/** Size of notes in pixels, as the style has it. */
const NOTE = 11.5;

interface Phase {
  readonly name: string;
  readonly seconds: number;
  readonly cause: string;
}

/** A failover or a promotion, and what it is of. */
interface Loss {
  readonly of: string;
  readonly failover: FailoverResult | PromotionResult;
}

interface Look {
  readonly title: string;
  readonly note: string;
  /** What it begins with, and when it is over. */
  readonly at: number;
  readonly end: number;
  readonly traffic: string | null;
  readonly phases: readonly Phase[];
  readonly losses: readonly Loss[];
}

/** Draws from `top` on; returns where it ended. */
export function drawCloserLooks(svg: Pen, result: Result, sheet: Sheet, top: number): number {
  let y = top;
  for (const look of looksAt(result)) y = drawLook(svg, result, look, sheet, y + 26);
  return y;
}

/** The longest recovery, and the failover that lost most, unless it is part of that recovery. */
function looksAt(result: Result): readonly Look[] {
  const losses = lossesOf(result);
  const main = mainRecovery(result);
  const [worst] = [...losses].sort(
    (a, b) =>
      b.failover.rpoSeconds - a.failover.rpoSeconds ||
      (b.failover.rtoSeconds ?? 0) - (a.failover.rtoSeconds ?? 0),
  );
  const looks: Look[] = [];
  if (main !== null) looks.push(ofRecovery(main.traffic, main.recovery, losses));
  const told = looks.some((look) => worst !== undefined && look.losses.includes(worst));
  if (worst !== undefined && !told && (main === null || worst.failover.writesLost > 0))
    looks.push(ofFailover(result, worst));
  return looks;
}

function lossesOf(result: Result): readonly Loss[] {
  const local = Object.entries(result.caches).flatMap(([of, { failovers }]) =>
    failovers.map((failover) => ({ of, failover })),
  );
  const global = Object.entries(result.globalDatastores).flatMap(([of, { promotions }]) =>
    promotions.map((failover) => ({ of, failover })),
  );
  return [...local, ...global];
}

/** The longest recovery after an injection that took any time. */
function mainRecovery(
  result: Result,
): { readonly traffic: string; readonly recovery: RecoveryResult } | null {
  let found: { traffic: string; recovery: RecoveryResult } | null = null;
  for (const [traffic, of] of Object.entries(result.traffic)) {
    for (const recovery of of.recoveries) {
      if (recovery.rtoSeconds === null || recovery.rtoSeconds === 0) continue;
      if (found === null || recovery.rtoSeconds > (found.recovery.rtoSeconds ?? 0))
        found = { traffic, recovery };
    }
  }
  return found;
}

function ofRecovery(traffic: string, recovery: RecoveryResult, losses: readonly Loss[]): Look {
  const end = recovery.at + (recovery.rtoSeconds ?? 0);
  return {
    title: `${traffic} after ${recovery.after}: RTO ${seconds(recovery.rtoSeconds)}`,
    note: "by arrival of requests, those under way when a fault began at its edge; seconds from the fault on the axis",
    at: recovery.at,
    end,
    traffic,
    phases: PHASES.map((name) => ({
      name,
      seconds: recovery.phases[name],
      cause:
        recovery.causes.find((text) => text.startsWith(`${name}: `))?.slice(name.length + 2) ?? "",
    })),
    losses: losses.filter(
      ({ failover }) => failover.startedAt >= recovery.at - 1e-6 && failover.startedAt <= end,
    ),
  };
}

function ofFailover(result: Result, loss: Loss): Look {
  const { failover, of } = loss;
  const { startedAt, rtoSeconds, phases, shard } = failover;
  const operator = "operator" in phases ? phases.operator : null;
  const sources = Object.keys(result.traffic);
  return {
    title: `${of} shard ${shard} fails over: RTO ${seconds(rtoSeconds)}, until it accepts writes`,
    note: `${failover.cause}; seconds from the failure on the axis`,
    at: startedAt,
    end: startedAt + (rtoSeconds ?? 0),
    traffic: sources.length === 1 ? (sources[0] as string) : null,
    phases: [
      { name: "operator", seconds: operator ?? 0, cause: "" },
      { name: "detect", seconds: phases.detect ?? 0, cause: "" },
      { name: "decide", seconds: phases.decide ?? 0, cause: "" },
      {
        name: "promote",
        seconds: phases.promote ?? 0,
        cause: failover.toNode === null ? "" : `${failover.toNode} leads`,
      },
    ],
    losses: [loss],
  };
}

function drawLook(svg: Pen, result: Result, look: Look, sheet: Sheet, top: number): number {
  const { pad, left, right } = sheet;
  const long = look.end - look.at;
  const rpo = rpoOf(result, look.losses);
  const from = Math.min(look.at - Math.max(0.5, long * 0.08), (rpo?.from ?? look.at) - 0.25);
  const to = Math.max(look.at + long * 1.25, rpo?.to ?? look.at) + 0.5;
  const scale = timeScale(
    from,
    Math.min(result.simulatedSeconds, to),
    left,
    right,
    Math.floor((right - left) / 83),
    look.at,
  );
  svg
    .append("line")
    .attr("class", "rule")
    .attr("x1", pad)
    .attr("x2", right)
    .attr("y1", top)
    .attr("y2", top);
  let y = top + 6;
  for (const [className, size, text] of [
    ["head", 13, look.title],
    ["small soft", NOTE, look.note],
  ] as const) {
    for (const line of wrapText(text, size, right - pad)) {
      y += 18;
      svg.append("text").attr("class", className).attr("x", pad).attr("y", y).text(line);
    }
  }
  y += 24;
  drawAxis(svg, scale, y, (tick) => `${Math.round((tick - look.at) * 100) / 100}`);
  y += 16;
  const strip = y;
  // Under the texts, which have a halo.
  const edges = svg.append("g");
  y = drawStrip(svg, result, look.traffic, sheet, scale, y);
  const span = { from: scale.x(look.at), end: scale.x(look.end) };
  let at = look.at;
  for (const phase of look.phases) {
    if (phase.seconds === 0) continue;
    y = drawBracket(svg, sheet, {
      ...span,
      y,
      x1: scale.x(at),
      x2: scale.x(at + phase.seconds),
      label: phase.name,
      figure: seconds(phase.seconds),
      cause: phase.cause,
      className: "phase",
    });
    at += phase.seconds;
  }
  if (rpo !== null)
    y = drawBracket(svg, sheet, {
      ...span,
      y,
      x1: scale.x(rpo.from),
      x2: scale.x(rpo.to),
      label: "RPO",
      figure: seconds(rpo.seconds),
      cause: rpo.cause,
      className: "rpo",
    });
  for (const x of new Set([span.from, span.end])) {
    edges
      .append("line")
      .attr("class", "faultedge")
      .attr("x1", x)
      .attr("x2", x)
      .attr("y1", strip)
      .attr("y2", y);
  }
  return y;
}

interface Bracket {
  readonly y: number;
  /** Where the fault and the end of the recovery are on the axis: notes do not cross them where they need not. */
  readonly from: number;
  readonly end: number;
  readonly x1: number;
  readonly x2: number;
  readonly label: string;
  readonly figure: string;
  readonly cause: string;
  readonly className: string;
}

/** Name at the left, bar on the axis, its cause beside the bar where there is room for all of it, else below. */
function drawBracket(svg: Pen, { pad, left, right }: Sheet, given: Bracket): number {
  const { y, x1, x2 } = given;
  svg
    .append("text")
    .attr("x", pad + 12)
    .attr("y", y + 13)
    .text(given.label);
  svg
    .append("text")
    .attr("class", "end")
    .attr("x", left - 14)
    .attr("y", y + 13)
    .text(given.figure);
  svg
    .append("rect")
    .attr("class", given.className)
    .attr("x", x1)
    .attr("y", y + 4)
    .attr("width", Math.max(2, x2 - x1))
    .attr("height", 9);
  for (const x of [x1, x2]) {
    svg
      .append("line")
      .attr("class", given.className === "rpo" ? "lossedge" : "event")
      .attr("x1", x)
      .attr("x2", x)
      .attr("y1", y + 1)
      .attr("y2", y + 16);
  }
  const note = (text: string, className: string, x: number, at: number): void => {
    svg
      .append("text")
      .attr("class", `small soft ${className}`)
      .attr("x", x)
      .attr("y", at)
      .text(text);
  };
  const cause = plain(given.cause);
  if (cause === "") return y + ROW;
  const needed = textWidth(cause, NOTE);
  const most = x2 < given.end - 8 ? given.end - 6 : right;
  const least = x1 > given.from + 8 ? given.from + 6 : left;
  if (x2 + 8 + needed <= most) note(cause, "halo", x2 + 8, y + 13);
  else if (x1 - 8 - needed >= least) note(cause, "end halo", x1 - 8, y + 13);
  else {
    const lines = wrapText(cause, NOTE, right - left);
    const width = Math.max(...lines.map((line) => textWidth(line, NOTE)));
    const within = given.from + 6 + width <= given.end - 6;
    const [low, high] = within
      ? [given.from + 6, given.end - 6 - width]
      : [left, Math.max(left, right - width)];
    const x = Math.min(Math.max(x1, low), high);
    for (const [i, line] of lines.entries()) note(line, "halo", x, y + 28 + i * LINE);
    return y + ROW + lines.length * LINE + 2;
  }
  return y + ROW;
}

function drawStrip(
  svg: Pen,
  result: Result,
  traffic: string | null,
  { pad, left, right }: Sheet,
  scale: TimeScale,
  top: number,
): number {
  const series = (result.series["SuccessRatio"] ?? []).find((of) => of.of === traffic);
  if (series === undefined) return top;
  const y = (value: number): number =>
    Math.round((top + 6 + (1 - value) * (STRIP - 18)) * 100) / 100;
  svg
    .append("text")
    .attr("x", pad + 12)
    .attr("y", top + 16)
    .text("success ratio");
  for (const value of [0, 1]) {
    svg
      .append("line")
      .attr("class", "grid")
      .attr("x1", left)
      .attr("x2", right)
      .attr("y1", y(value))
      .attr("y2", y(value));
    svg
      .append("text")
      .attr("class", "small soft end")
      .attr("x", left - 14)
      .attr("y", y(value) + 4)
      .text(`${value * 100} %`);
  }
  svg
    .append("path")
    .attr("class", "success")
    .attr("d", stepsOf(stretchesOf(series, result.faults), scale, y));
  return top + STRIP;
}

interface Rpo {
  readonly from: number;
  readonly to: number;
  readonly seconds: number;
  readonly cause: string;
}

/**
 * The widest window of lost writes. It ends with the failure, unless the old primary was cut off and went on serving: then
 * it begins there.
 */
function rpoOf(result: Result, losses: readonly Loss[]): Rpo | null {
  if (losses.length === 0) return null;
  const { failover } = losses.reduce((a, b) =>
    b.failover.rpoSeconds > a.failover.rpoSeconds ? b : a,
  );
  const { startedAt, rpoSeconds, fromNode } = failover;
  const lost = losses.reduce((sum, of) => sum + of.failover.writesLost, 0);
  const served = Object.values(result.caches)
    .flatMap(({ nodes }) => nodes.filter(({ id }) => id === fromNode))
    .flatMap(({ intervals }) => intervals)
    .some(
      ({ role, state, from, to }) =>
        role === "primary" && state === "serving" && from <= startedAt && to > startedAt,
    );
  const word = lost === 1 ? "write" : "writes";
  const cause =
    lost === 0
      ? "no acknowledged write lost"
      : `${integer(lost)} acknowledged ${word} lost${served ? `: ${fromNode} went on, cut off` : ""}`;
  const from = served ? startedAt : startedAt - rpoSeconds;
  return { from, to: from + rpoSeconds, seconds: rpoSeconds, cause };
}
