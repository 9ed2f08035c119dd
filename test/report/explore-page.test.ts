import { describe, expect, it } from "vitest";
import type { ExploreReport } from "../../src/explore/report.ts";
import { renderExplorePage } from "../../src/report/explore-page.ts";
import { renderExploreSummary } from "../../src/report/explore-summary.ts";
import { FOUND, SURVIVED } from "./explore-report.ts";

const [failure] = FOUND.failures as [ExploreReport["failures"][number]];

/** The same page for another failure. */
const pageOf = (changed: Partial<typeof failure>): string =>
  renderExplorePage({ ...FOUND, failures: [{ ...failure, ...changed }] });

describe("renderExplorePage()", () => {
  const page = renderExplorePage(FOUND);

  it("answers first: what breaks, under how many faults, and what would have saved it", () => {
    expect(page).toContain(
      `<p class="answer">rpo(cart) breaks under 2 faults. Would have saved it: shop waits for one replica (WAIT 1).</p>`,
    );
    expect(renderExplorePage(SURVIVED)).toContain(
      `None of 2,000 schedules broke a promise that could have been kept: P(breach) is at most 0.15%`,
    );
  });

  it("has a row for each needed fault and each change, as the summary has a line", () => {
    expect(page).toContain("<td>nothing breaks</td><td>for: 1s: rpo(cart) breaks</td>");
    expect(page).toContain("<td>rpo(cart) breaks</td><td>-</td>");
    expect(page).toContain(
      `<td class="v pass">yes</td><td class="n">0.5 s</td><td class="n">no cost</td>`,
    );
    expect(page).toContain(
      `<td class="v fail">no</td><td class="n">-</td><td class="n">+$383.69</td>`,
    );
    expect(page).toContain("rpo(cart) is 2.08 s; its limit is 2 s");
    expect(page).toContain("time was up: perhaps not minimal");
    expect(page).toContain("never reached, and had to be");
    expect(page).toContain(failure.reproduce as string);
  });

  it("names the schedule with fewer faults at once", () => {
    for (const text of [page, renderExploreSummary(FOUND)]) {
      expect(text).toContain("1 fault at a time breaks it, as here:");
      expect(text).toContain(
        "{ at: 9s, fault: node-pause, target: primary of cart/shard 2, for: 4s }",
      );
    }
  });

  it("draws a dot for each moment, a line that rises to the right, and a bar for each fault", () => {
    const svg = /<svg class="odds".*<\/svg>/s.exec(page)?.[0] ?? "";
    const dots = [...svg.matchAll(/<circle class="dot" cx="([\d.]+)" cy="([\d.]+)"/g)].map(
      ([, x, y]) => ({ x: Number(x), y: Number(y) }),
    );
    expect(dots).toHaveLength(4);
    for (const [i, dot] of dots.slice(1).entries()) {
      expect(dot.x).toBeGreaterThan((dots[i] as { x: number }).x);
      expect(dot.y).toBeLessThan((dots[i] as { y: number }).y);
    }
    expect(svg).toContain(`aria-label="P(breach) over time: it jumps from 20% to 90% at 12.858 s"`);
    const bars = [
      ...svg.matchAll(/<rect class="fault" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g),
    ].map(([, x, width]) => ({ from: Number(x), to: Number(x) + Number(width) }));
    expect(bars).toHaveLength(2);
    // The second begins while the first holds, and never ends.
    expect(bars[1]?.from).toBeLessThan(bars[0]?.to ?? 0);
    expect(bars[1]?.to).toBeCloseTo(1360, 0);
  });

  it("tells where nothing was decided, where no fault is needed, and where nothing was explained", () => {
    const flat = { samples: 10, curve: [{ at: 0, probability: 1 }], event: null };
    const page = pageOf({
      pointOfNoReturn: flat,
      minimal: { faults: [], sets: [] },
      tolerance: { faults: 0, triedBelow: 0, schedule: null },
      avoidable: false,
      injected: [],
    });
    expect(page).toContain("Whatever chance does, 100% of all futures break it from the start.");
    expect(page).toContain("# no fault at all");
    expect(page).toContain("it breaks without a fault");
    expect(page).toContain("which no one could have avoided");
    const short = pageOf({
      pointOfNoReturn: null,
      necessity: [],
      wouldHaveSaved: [],
      tolerance: null,
      observed: null,
    });
    for (const part of ["Point of no return", "needed for", "saved it", "Tolerance"])
      expect(short).not.toContain(part);
  });

  it("no text can inject markup", () => {
    const evil = "</style></text>]]><img src=x onerror=alert(1)>\"'\u001b[31m\u202e";
    const spoilt = (of: unknown): unknown => {
      if (typeof of === "string") return of + evil;
      if (Array.isArray(of)) return of.map(spoilt);
      if (typeof of !== "object" || of === null) return of;
      return Object.fromEntries(
        Object.entries(of).map(([key, one]) => [
          key + (key in FOUND.marks ? evil : ""),
          spoilt(one),
        ]),
      );
    };
    const hostile = {
      ...(spoilt(FOUND) as ExploreReport),
      verdict: FOUND.verdict,
      failures: [
        {
          ...(spoilt(failure) as typeof failure),
          from: "drawn" as const,
          swarm: { ...(failure.swarm as NonNullable<typeof failure.swarm>), focus: [evil] },
        },
      ],
    };
    const text = renderExplorePage(hostile);
    expect(text).toContain("onerror=alert(1)");
    expect(text).not.toMatch(/<img/);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });
});
