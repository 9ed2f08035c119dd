/** Reports: same result, same bytes; nothing overlaps; labels cannot inject markup. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { renderAll } from "../../src/report/render-all.ts";
import { renderSummary } from "../../src/report/summary.ts";
import type { Result } from "../../src/run/result.ts";
import { run } from "../../src/run/simulation.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { textBoxes } from "./text-boxes.ts";

function simulate(name: string): Result {
  const source = readFileSync(`scenarios/fast/${name}.yaml`, "utf8");
  return run(loadScenario(source), { source, sets: [], allowPlanted: false });
}

const file = (files: Awaited<ReturnType<typeof renderAll>>, name: string): string =>
  files.find((one) => one.name === name)?.contents ?? "";

const NAMED = ["caches", "traffic", "origins", "globalDatastores"];

/** The same with `more` at the end of every text, and of every name that a scenario gives; verdicts are ours alone. */
function spoilt(of: unknown, more: string, within = ""): unknown {
  if (typeof of === "string") return within === "verdict" ? of : of + more;
  if (Array.isArray(of)) return of.map((one) => spoilt(one, more, within));
  if (typeof of !== "object" || of === null) return of;
  return Object.fromEntries(
    Object.entries(of).map(([key, one]) => [
      NAMED.includes(within) ? key + more : key,
      spoilt(one, more, key),
    ]),
  );
}

const names = [
  "network-partition-split-brain",
  "test-failover-drill",
  "primary-crash-single-az",
  "az-power-loss-cluster-mode-disabled",
];
const reports = new Map<string, { result: Result; files: Awaited<ReturnType<typeof renderAll>> }>();

beforeAll(async () => {
  for (const name of names) {
    const result = simulate(name);
    reports.set(name, { result, files: await renderAll(result) });
  }
}, 60_000);

describe("renderAll()", () => {
  it("writes the same bytes twice", async () => {
    const { result, files } = reports.get(names[0] as string)!;
    expect(await renderAll(result)).toEqual(files);
  });

  for (const name of names) {
    it(`timeline.svg of ${name}: text of at least 11 px, and no two texts overlap`, () => {
      const svg = file(reports.get(name)!.files, "timeline.svg");
      const sizes = [...svg.matchAll(/font-size: ([\d.]+)px/g)].map((match) => Number(match[1]));
      expect(Math.min(...sizes)).toBeGreaterThanOrEqual(11);
      const boxes = textBoxes(svg);
      expect(boxes.length).toBeGreaterThan(40);
      for (const [i, a] of boxes.entries()) {
        expect(a.right, a.text).toBeLessThanOrEqual(1440);
        for (const b of boxes.slice(i + 1)) {
          const apart = a.right <= b.x || b.right <= a.x || a.bottom <= b.top || b.bottom <= a.top;
          expect(apart, `"${a.text}" and "${b.text}"`).toBe(true);
        }
      }
    });
  }

  it("no text or name of a result can inject markup, nor steer a terminal", async () => {
    const { result } = reports.get(names[0] as string)!;
    const evil =
      "</script></style></text>]]><img src=x onerror=alert(1)>\"'\u001b[31m\u009b\u202e\u0000\ud800";
    const hostile = spoilt(result, evil) as Result;
    expect(Object.keys(hostile.traffic)[0]).toContain(evil);
    const unfit = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\ud800]/u;
    const files = await renderAll(hostile);
    for (const { name, contents } of files) {
      if (name === "result.json") expect(JSON.parse(contents), name).toEqual(hostile);
      else expect(unfit.exec(contents), name).toBeNull();
    }
    for (const name of ["timeline.html", "timeline.svg", "junit.xml"]) {
      const text = file(files, name);
      expect(text).toContain("onerror=alert(1)");
      expect(text).not.toMatch(/<img|<\/script/);
    }
    // The only terminal escapes are the summary's own colours.
    const colored = renderSummary(hostile, { color: true, width: 80 });
    expect(unfit.exec(colored.replace(/\u001b\[\d+m/g, ""))).toBeNull();
    expect(colored).not.toMatch(/\u001b\[31m\ufffd/);
  });

  it("junit.xml counts what failed and what was not tested", () => {
    const { result, files } = reports.get(names[0] as string)!;
    const xml = file(files, "junit.xml");
    expect(xml).toContain(
      `tests="${result.expectations.length + result.invariants.length}" failures="0"`,
    );
  });

  it("timeline.html says the same of a recovery and of lost writes in its answer and in its tables", () => {
    const html = file(reports.get(names[0] as string)!.files, "timeline.html");
    const told = html.split("<tr>");
    expect(html).toContain("cart lost 85 acknowledged writes, RPO 6.514 s.");
    expect(html).toContain("<b>6.514 s</b><span>RPO</span>");
    expect(html).toContain("<b>not regained</b><span>RTO of cartwrites</span>");
    const again = "had its steady state again when network-partition healed";
    expect(html).toContain(`cartwrites ${again};`);
    expect(told.some((row) => row.includes(`<td>${again}</td>`))).toBe(true);
    expect(html).toContain(
      "<td>did not regain its steady state before network-partition healed</td>",
    );
    expect(html).not.toContain("the steady state held");
  });

  it("timeline.html is one file: no request leaves it", () => {
    const html = file(reports.get(names[0] as string)!.files, "timeline.html");
    expect(html).not.toMatch(/(src|href)="(?!#)/);
    expect(html).not.toContain("<script");
    expect(html).not.toContain("@import");
  });
});
