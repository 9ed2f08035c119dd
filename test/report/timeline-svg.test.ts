/** What the timeline draws of a result: nothing before its cause, nothing cut, and all that was lost. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { renderSvg } from "../../src/report/d3-node-adapter.ts";
import { NARROW, type Sheet, stepsOf, stretchesOf, WIDE } from "../../src/report/sheet.ts";
import { timeScale } from "../../src/report/time-scale.ts";
import { drawTimeline } from "../../src/report/timeline-svg.ts";
import type { Result, Series } from "../../src/run/result.ts";
import { run } from "../../src/run/simulation.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { textBoxes } from "./text-boxes.ts";

const simulate = (name: string): Result => {
  const source = readFileSync(`scenarios/fast/${name}.yaml`, "utf8");
  return run(loadScenario(source), { source, sets: [], allowPlanted: false });
};

const names = ["network-partition-split-brain", "region-loss", "back-to-back-failovers"] as const;
const results = new Map<string, Result>();
const drawn = new Map<string, string>();
const sheets: readonly (readonly [string, Sheet])[] = [
  ["wide", WIDE],
  ["narrow", NARROW],
];

beforeAll(async () => {
  for (const name of names) {
    const result = simulate(name);
    results.set(name, result);
    for (const [width, sheet] of sheets)
      drawn.set(`${name} ${width}`, await renderSvg((pen) => drawTimeline(pen, result, sheet)));
  }
}, 60_000);

const attribute = (element: string, name: string): string =>
  new RegExp(` ${name}="([^"]*)"`).exec(element)?.[1] ?? "";

/** Elements of a class as they were written. */
const elements = (svg: string, className: string): readonly string[] =>
  svg.match(new RegExp(`<[a-z]+ class="${className}"[^>]*>`, "g")) ?? [];

/** Corners of a path of steps. */
function corners(path: string): readonly (readonly [x: number, y: number])[] {
  let [x, y] = [0, 0];
  return [...path.matchAll(/([MHV])([\d.]+)(?:,([\d.]+))?/g)].map(([, command, a, b]) => {
    if (command !== "V") x = Number(a);
    if (command === "V") y = Number(a);
    if (command === "M") y = Number(b);
    return [x, y] as const;
  });
}

describe("the success ratio", () => {
  const fault = (injectedAt: number, healedAt: number | null): Result["faults"][number] => ({
    kind: "node-crash",
    targets: ["cart-001"],
    injectedAt,
    healedAt,
  });
  const series = (values: readonly (number | null)[]): Series => ({
    of: "shop",
    unit: "Ratio",
    start: 0,
    step: 1,
    values,
  });
  const scale = timeScale(0, 10, 0, 100, 10);
  const path = (values: readonly (number | null)[], faults: Result["faults"]): string =>
    stepsOf(stretchesOf(series(values), faults), scale, (value) => 100 - 100 * value);

  it("is level while a window lasts, with gaps where nothing arrived", () => {
    expect(path([1, 1, 0.5, null, 0.5, 1], [])).toBe("M0,0H20V50H30M40,50H50V0H60");
    expect(path([null, null], [])).toBe("M0,0");
  });

  it("falls at a fault's edge, not in the windows of requests that the fault overtook", () => {
    expect(path([1, 1, 0.5, 0, 1], [fault(3, 4)])).toBe("M0,0H30V50H30V100H40V0H50");
    expect(path([1, 1, 0.9, 0.5, 0, 1], [fault(4, null)])).toBe("M0,0H40V50H40V100H50V0H60");
    // A window that the fault begins in has its value from there on.
    expect(path([1, 1, 0.5, 0, 1], [fault(2.4, 4)])).toBe("M0,0H24V50H30V100H40V0H50");
  });

  it("keeps a fall that another fault's band holds, and one that the fault does not end", () => {
    expect(path([1, 0.5, 0.4, 0, 1], [fault(1, 5), fault(3, 4)])).toBe(
      "M0,0H10V50H20V60H30V100H40V0H50",
    );
    expect(path([1, 0.5, 1, 0, 1], [fault(3, 4)])).toBe("M0,0H10V50H20V0H30V100H40V0H50");
  });

  for (const name of names) {
    it(`of ${name} does not fall before the band of its first fault`, () => {
      const svg = drawn.get(`${name} wide`) as string;
      const edge = Math.min(...elements(svg, "faultedge").map((of) => Number(attribute(of, "x1"))));
      const [first] = elements(svg, "success");
      const points = corners(attribute(first as string, "d"));
      const start = points[0]?.[1];
      const fall = points.find(([, y]) => y !== start);
      expect(fall?.[0]).toBeGreaterThanOrEqual(edge);
    });
  }
});

describe.each(names.flatMap((name) => sheets.map(([width, sheet]) => ({ name, width, sheet }))))(
  "$name, $width",
  ({ name, width, sheet }) => {
    const svg = (): string => drawn.get(`${name} ${width}`) as string;

    it("has no text over an edge, cut, over another or over a bar", () => {
      const boxes = textBoxes(svg());
      expect(boxes.length).toBeGreaterThan(30);
      for (const [i, a] of boxes.entries()) {
        expect(a.x, a.text).toBeGreaterThanOrEqual(0);
        expect(a.right, a.text).toBeLessThanOrEqual(sheet.width);
        expect(a.text).not.toContain("…");
        for (const b of boxes.slice(i + 1)) {
          const apart = a.right <= b.x || b.right <= a.x || a.bottom <= b.top || b.bottom <= a.top;
          expect(apart, `"${a.text}" and "${b.text}"`).toBe(true);
        }
      }
      for (const bar of [...elements(svg(), "phase"), ...elements(svg(), "rpo")]) {
        const [x, y] = [Number(attribute(bar, "x")), Number(attribute(bar, "y"))];
        const [right, bottom] = [x + Number(attribute(bar, "width")), y + 9];
        expect(right).toBeLessThanOrEqual(sheet.right + 2);
        for (const text of boxes) {
          const apart =
            text.right <= x || right <= text.x || text.bottom <= y || bottom <= text.top;
          expect(apart, `"${text.text}" and a bar`).toBe(true);
        }
      }
    });

    it("is as wide as its sheet, and the same bytes again", async () => {
      const result = results.get(name) as Result;
      expect(svg()).toContain(`viewBox="0 0 ${sheet.width} `);
      expect(await renderSvg((pen) => drawTimeline(pen, result, sheet))).toBe(svg());
    });
  },
);

describe("brackets", () => {
  it("show the window of writes that a primary took while it was cut off, after the failure", () => {
    const result = results.get("network-partition-split-brain") as Result;
    const svg = drawn.get("network-partition-split-brain wide") as string;
    const [rpo, ...more] = elements(svg, "rpo");
    expect(more).toEqual([]);
    expect(svg).toContain(`>85 acknowledged writes lost: cart-0001-001 went on, cut off<`);
    expect(svg).toContain(">6.514 s<");
    expect(svg).toContain(">cart shard 1 fails over: RTO 8.43 s, until it accepts writes<");
    const [detect] = elements(svg, "phase");
    const perSecond =
      Number(attribute(detect as string, "width")) /
      (result.caches["cart"]?.failovers[0]?.phases.detect as number);
    expect(Number(attribute(rpo as string, "width"))).toBeCloseTo(6.514368 * perSecond, 0);
    expect(attribute(rpo as string, "x")).toBe(attribute(detect as string, "x"));
  });

  it("show lost writes before a crash, on an axis that holds all of them", async () => {
    const result = results.get("back-to-back-failovers") as Result;
    const [other, failover] = result.caches["cart"]?.failovers ?? [];
    const lossy = {
      ...result,
      caches: {
        cart: {
          ...result.caches["cart"],
          failovers: [other, { ...failover, rpoSeconds: 20, writesLost: 1234 }],
        },
      },
    } as unknown as Result;
    const svg = await renderSvg((pen) => drawTimeline(pen, lossy));
    expect(svg).toContain(">1,234 acknowledged writes lost<");
    const [rpo] = elements(svg, "rpo");
    const [detect] = elements(svg, "phase");
    expect(Number(attribute(rpo as string, "x"))).toBeGreaterThan(WIDE.left);
    expect(
      Number(attribute(rpo as string, "x")) + Number(attribute(rpo as string, "width")),
    ).toBeCloseTo(Number(attribute(detect as string, "x")), 1);
  });

  it("count time from the fault, in round figures", () => {
    const svg = drawn.get("back-to-back-failovers wide") as string;
    for (const figure of ["0", "2", "4", "6"]) expect(svg).toContain(`>${figure}</text>`);
  });
});

it("the primary of a secondary Region has a hatch and a legend of its own", () => {
  const svg = drawn.get("region-loss wide") as string;
  // In the lanes of two Regions and in the legend.
  expect(elements(svg, "secondary").length).toBeGreaterThanOrEqual(3);
  expect(svg).toContain(">secondary-primary: leads in a secondary Region, read-only<");
  expect(svg).toContain("fill: url(#cq-secondary)");
  expect(svg).toContain('id="cq-secondary"');
  expect(drawn.get("back-to-back-failovers wide")).not.toContain('class="secondary"');
});

it("the README's picture is laid out for its column: texts of at least 11 px at 830 px", () => {
  const picture = /!\[[^\]]+\]\(([^)]+\.svg)\)/.exec(readFileSync("README.md", "utf8"))?.[1];
  const svg = readFileSync(picture as string, "utf8");
  const scale = 830 / Number(/viewBox="0 0 ([\d.]+) /.exec(svg)?.[1]);
  const sizes = [...svg.matchAll(/font-size: ([\d.]+)px/g)].map(([, size]) => Number(size) * scale);
  expect(sizes.length).toBeGreaterThan(3);
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(11);
});
