/** The report as one page that needs nothing else: no network, no script. Answers at a glance, then shows its evidence. */
import type { ExpectationResult, InvariantResult, Result } from "../run/result.ts";
import { replicationSection, sensitivitySection } from "./extras.ts";
import {
  answer,
  blame,
  clock,
  distinct,
  escapeMarkup as e,
  figure,
  integer,
  milliseconds,
  outcome,
  percent,
  seconds,
} from "./format.ts";
import { linesOf, renderPage, table } from "./page.ts";

/** `svg`: the timeline, as it was serialised. */
export function renderTimelineHtml(result: Result, svg: string): string {
  const body = [
    header(result),
    tiles(result),
    `<h2>Timeline</h2><div class="scroll drawing" tabindex="0" role="region" aria-label="Timeline">${svg}</div>`,
    recoveries(result),
    verdicts(result),
    failovers(result),
    traffic(result),
    timeline(result),
    assumptions(result),
    result.tornadoes === undefined ? "" : sensitivitySection(result.tornadoes),
    result.replications === undefined ? "" : replicationSection(result.replications),
    `<h2>Reproduce</h2><pre tabindex="0">${e(result.reproduce)}</pre>`,
    `<details><summary>The scenario as it was run</summary><pre tabindex="0">${linesOf(result.input.source)}</pre></details>`,
    `<p class="soft">cachequake ${e(result.tool.version)} · digest ${e(result.digest)} · behaviour ${e(result.behaviourDigest)} · ${integer(result.events)} events in ${seconds(result.simulatedSeconds)} of simulated time</p>`,
  ];
  return renderPage(`${result.scenario}: ${result.verdict}`, body);
}

function header(result: Result): string {
  const story = result.story === "" ? "" : `<p class="story">${e(result.story)}</p>`;
  return `<header><h1>${e(result.scenario)}</h1><span class="verdict ${result.verdict}">${result.verdict.toUpperCase()}</span><span class="soft">seed ${e(result.seed)}</span></header>
<p class="answer">${e(answer(result))}</p>${story}`;
}

function tiles(result: Result): string {
  const list: (readonly [string, string])[] = [];
  const caches = Object.entries(result.caches);
  const sources = Object.entries(result.traffic);
  const several = caches.length > 1;
  for (const [name, cache] of caches) {
    const of = several ? ` of ${name}` : "";
    if (several && cache.failovers.length === 0 && cache.writesLost === 0) continue;
    list.push(
      [seconds(cache.rpoSeconds), `RPO${of}`],
      [seconds(cache.rtoSeconds), `RTO${of}, writes accepted`],
    );
  }
  for (const [name, store] of Object.entries(result.globalDatastores)) {
    const worst = store.promotions.reduce(
      (most, promotion) => Math.max(most, promotion.rpoSeconds),
      0,
    );
    list.push(
      [seconds(worst), `RPO of ${name}`],
      [store.primaryRegion, `primary Region of ${name} at the end`],
    );
  }
  for (const [name, of] of sources) {
    const worst = of.rtoSeconds;
    list.push(
      [
        worst === null && of.recoveries.length > 0 ? "not regained" : seconds(worst),
        `RTO of ${name}`,
      ],
      [percent(of.availability), `availability of ${name}`],
    );
  }
  list.push([
    integer(caches.reduce((sum, [, cache]) => sum + cache.writesLost, 0)),
    "acknowledged writes lost",
  ]);
  for (const [name, cache] of caches) {
    const cost = cache.costPerMonth;
    list.push([
      cost === null ? "unknown" : `${integer(Math.round(cost))} USD`,
      cost === null ? `cost of ${name}: ${cache.costReason}` : `${name}, nodes per month`,
    ]);
  }
  return `<ul class="tiles">${list.map(([value, name]) => `<li><b>${e(value)}</b><span>${e(name)}</span></li>`).join("")}</ul>`;
}

const PHASES = ["detect", "decide", "promote", "propagate", "reconnect", "warm"] as const;

function recoveries(result: Result): string {
  const rows: string[] = [];
  for (const [name, of] of Object.entries(result.traffic)) {
    for (const recovery of distinct(of.recoveries)) {
      const figures = PHASES.map(
        (phase) =>
          `<td class="n">${recovery.rtoSeconds === null ? "-" : seconds(recovery.phases[phase])}</td>`,
      ).join("");
      const causes = outcome(of.recoveries, recovery) || recovery.causes.join("; ");
      rows.push(
        `<tr><td>${e(name)}</td><td>${e(recovery.after)} at ${clock(recovery.at)}</td><td class="n"><b>${seconds(recovery.rtoSeconds)}</b></td>${figures}<td>${e(causes)}</td></tr>`,
      );
    }
  }
  return table(
    "Recovery, phase by phase",
    ["traffic", "after", "RTO", ...PHASES, "what ended each phase"],
    rows,
    "By arrival of requests: the earliest moment from which every window of the steady state holds. Phases lie on the critical path and add up.",
  );
}

/** What is said of a failure that is neither avoidable nor unavoidable. */
const unblamed = ({ metric }: ExpectationResult): string =>
  metric === "rto" ? "neither" : "not judged";

function verdicts(result: Result): string {
  const row = (check: ExpectationResult): string =>
    `<tr><td class="v ${check.verdict}">${check.verdict}</td><td>${e(check.id)}</td><td class="n">${e(figure(check.observed, check.unit))}</td><td class="n">${e(figure(check.limit, check.unit))}</td><td>${e(check.verdict === "fail" ? blame(check) || unblamed(check) : "")}</td><td>${e(check.reason)}</td></tr>`;
  const invariant = (check: InvariantResult): string =>
    `<tr><td class="v ${check.verdict}">${check.verdict}</td><td>${e(check.id)}</td><td class="n">${integer(check.checked)}</td><td>${e(check.reason)}</td></tr>`;
  return [
    table(
      "Verdicts",
      ["verdict", "expectation", "observed", "limit", "avoidable", "reason"],
      result.expectations.map(row),
      "Avoidable: an oracle with instant detection and promotion of the best surviving copy would have kept it. Unavoidable: it had no copy that could. Neither: no failover began, or others than the failover took the time.",
    ),
    table(
      "Invariants",
      ["verdict", "invariant", "facts", "reason"],
      result.invariants.map(invariant),
      "Always on.",
    ),
  ].join("\n");
}

function failovers(result: Result): string {
  const rows: string[] = [];
  for (const [name, cache] of Object.entries(result.caches)) {
    for (const failover of cache.failovers) {
      const { detect, decide, promote } = failover.phases;
      rows.push(
        `<tr><td>${e(name)} shard ${failover.shard}</td><td>${clock(failover.startedAt)}</td><td>${e(failover.fromNode)} → ${e(failover.toNode ?? "nobody")}</td><td class="n">${seconds(failover.rtoSeconds)}</td><td class="n">${seconds(detect)}</td><td class="n">${seconds(decide)}</td><td class="n">${seconds(promote)}</td><td class="n">${seconds(failover.rpoSeconds)}</td><td class="n">${integer(failover.writesLost)}</td><td>${e(failover.cause)}</td></tr>`,
      );
    }
  }
  for (const [name, store] of Object.entries(result.globalDatastores)) {
    for (const promotion of store.promotions) {
      const { operator, decide, promote } = promotion.phases;
      rows.push(
        `<tr><td>${e(name)} shard ${promotion.shard}</td><td>${clock(promotion.startedAt)}</td><td>${e(promotion.fromNode)} → ${e(promotion.toNode ?? "nobody")}</td><td class="n">${seconds(promotion.rtoSeconds)}</td><td class="n">${seconds(operator)} (operator)</td><td class="n">${seconds(decide)}</td><td class="n">${seconds(promote)}</td><td class="n">${seconds(promotion.rpoSeconds)}</td><td class="n">${integer(promotion.writesLost)}</td><td>${e(promotion.cause)}</td></tr>`,
      );
    }
  }
  return table(
    "Failovers",
    [
      "shard",
      "at",
      "from and to",
      "RTO",
      "detect",
      "decide",
      "promote",
      "RPO",
      "writes lost",
      "cause",
    ],
    rows,
    "From the failure until the shard accepts writes again.",
  );
}

function traffic(result: Result): string {
  const rows = Object.entries(result.traffic).map(([name, of]) => {
    const { p50, p90, p99, p999, max } = of.latencyMs;
    const cells = [
      integer(of.requests),
      integer(of.ok),
      integer(of.fail),
      integer(of.info),
      integer(of.clientLost),
      milliseconds(p50),
      milliseconds(p90),
      milliseconds(p99),
      milliseconds(p999),
      milliseconds(max),
      milliseconds(of.latencyInFaultMs.p99),
      percent(of.hitRatio),
      integer(of.staleReads),
    ];
    return `<tr><td>${e(name)}</td>${cells.map((cell) => `<td class="n">${cell}</td>`).join("")}</tr>`;
  });
  const origins = Object.entries(result.origins).map(
    ([name, of]) =>
      `<tr><td>${e(name)}</td><td class="n">${integer(of.requests)}</td><td class="n">${integer(of.peakConcurrency)}</td><td class="n">${integer(of.queuedMax)}</td><td class="n">${milliseconds(of.latencyMs.p50)}</td><td class="n">${milliseconds(of.latencyMs.p99)}</td></tr>`,
  );
  return [
    table(
      "Traffic",
      [
        "source",
        "requests",
        "ok",
        "fail",
        "info",
        "client lost",
        "p50",
        "p90",
        "p99",
        "p99.9",
        "max",
        "p99 in faults",
        "hit ratio",
        "stale reads",
      ],
      rows,
      "info: may have happened. Latency of requests that ended ok.",
    ),
    table("Origins", ["origin", "requests", "at once", "waiting", "p50", "p99"], origins, ""),
  ].join("\n");
}

function timeline(result: Result): string {
  const rows = result.timeline.map(
    (entry) =>
      `<tr><td class="n">${clock(entry.at)}</td><td>${e(entry.kind)}</td><td>${e(entry.subject)}</td><td>${e(entry.text)}</td></tr>`,
  );
  const most = 400;
  const shown =
    rows.length > most
      ? [
          ...rows.slice(0, most),
          `<tr><td colspan="4">${integer(rows.length - most)} more in result.json</td></tr>`,
        ]
      : rows;
  return `<details open><summary>What happened, in order</summary>${table("", ["at", "record", "subject", "text"], shown, "Service events carry the service's own words.")}</details>`;
}

function assumptions(result: Result): string {
  const rows = result.assumptions.map(
    (of) =>
      `<tr><td>${e(of.name)}</td><td class="n">${e(of.low)}</td><td class="n"><b>${e(of.used)}</b></td><td class="n">${e(of.high)}</td><td>${e(of.source)}</td></tr>`,
  );
  return table(
    "Assumptions",
    ["what nobody publishes", "low", "used", "high", "source"],
    rows,
    "Change them under assume: and see what they do to the answer.",
  );
}
