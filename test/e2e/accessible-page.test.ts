/** The page for people who read it small, in print, by keyboard, or with another sense than sight. */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderExplorePage } from "../../src/report/explore-page.ts";
import { CHROMIUM_FLAGS, findChromium } from "../chromium.ts";
import { FOUND, SURVIVED } from "../report/explore-report.ts";
import { cachequake, inFolder } from "./cachequake.ts";
import { brief } from "./scenarios.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const executablePath = findChromium();

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly targets: readonly string[];
}

/** What axe-core finds wrong, contrast included. */
async function violations(page: Page): Promise<readonly Violation[]> {
  await page.evaluate(AXE);
  return page.evaluate(`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
    violations.map(({ id, impact, nodes }) =>
      ({ id, impact, targets: nodes.map(({ target, failureSummary }) => target + ": " + failureSummary) })))`);
}

describe.skipIf(executablePath === null)(
  "the page of a report, for everybody (skipped without Chromium)",
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath: executablePath as string,
        args: [...CHROMIUM_FLAGS],
      });
    });
    afterAll(() => browser.close());

    const onPage = (
      view: { readonly width: number; readonly colorScheme: "light" | "dark" },
      act: (page: Page) => Promise<void>,
    ): Promise<void> =>
      inFolder(async (folder) => {
        writeFileSync(path.join(folder, "brief.yaml"), brief({ fails: true }));
        expect(cachequake(["run", "brief.yaml"], folder).status).toBe(1);
        const { width, colorScheme } = view;
        const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
        const page = await context.newPage();
        await page.goto(pathToFileURL(path.join(folder, "reports/brief/1/timeline.html")).href);
        await act(page);
        await context.close();
      });

    test.each([
      { width: 1440, colorScheme: "light" },
      { width: 1440, colorScheme: "dark" },
      { width: 390, colorScheme: "light" },
      { width: 390, colorScheme: "dark" },
    ] as const)("axe-core finds nothing wrong at $width pixels, $colorScheme", (view) =>
      onPage(view, async (page) => {
        expect(await violations(page)).toEqual([]);
      }),
    );

    test.each([
      [FOUND, 1440, "light"],
      [FOUND, 390, "dark"],
      [SURVIVED, 1440, "dark"],
    ] as const)("nor on the page of a campaign: %#", (report, width, colorScheme) =>
      inFolder(async (folder) => {
        const file = path.join(folder, "explore.html");
        writeFileSync(file, renderExplorePage(report));
        const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
        const page = await context.newPage();
        await page.goto(pathToFileURL(file).href);
        expect(await violations(page)).toEqual([]);
        const wider = "document.documentElement.scrollWidth > innerWidth";
        expect(await page.evaluate(wider), "the page itself does not scroll sideways").toBe(false);
        await context.close();
      }),
    );

    test("axe-core would find a faint text and a missing name", () =>
      onPage({ width: 1440, colorScheme: "light" }, async (page) => {
        await page.evaluate(`document.querySelector("h1").style.color = "#cfd4da";
          document.querySelector("[role=region]").removeAttribute("aria-label");
          document.documentElement.removeAttribute("lang")`);
        const found = (await violations(page)).map(({ id }) => id);
        expect(found).toContain("color-contrast");
        expect(found).toContain("html-has-lang");
      }));

    test("every part that scrolls or opens is reached by Tab, shows its focus, and works by keys", () =>
      onPage({ width: 390, colorScheme: "light" }, async (page) => {
        const expected = Number(
          await page.evaluate(`[...document.querySelectorAll("body *")].filter((element) => {
            const { overflowX } = getComputedStyle(element);
            const hidden = element.closest("details:not([open])") !== null && element.tagName !== "SUMMARY";
            const scrolls = overflowX === "auto" && element.scrollWidth > element.clientWidth;
            return !hidden && (scrolls || element.tagName === "SUMMARY");
          }).length`),
        );
        expect(expected).toBeGreaterThan(3);
        const seen = new Set<string>();
        for (let i = 0; i < 40; i++) {
          await page.keyboard.press("Tab");
          const focus = (await page.evaluate(`(() => {
            const element = document.activeElement;
            if (element === document.body) return null;
            const { outlineStyle, outlineWidth } = getComputedStyle(element);
            return { place: [...document.querySelectorAll("*")].indexOf(element), outlineStyle, outlineWidth };
          })()`)) as { place: number; outlineStyle: string; outlineWidth: string } | null;
          if (focus === null) break;
          expect(focus.outlineStyle).not.toBe("none");
          expect(Number.parseFloat(focus.outlineWidth)).toBeGreaterThanOrEqual(2);
          seen.add(String(focus.place));
        }
        expect(seen.size).toBeGreaterThanOrEqual(expected);
        const closed = "details:not([open])";
        const before = Number(await page.evaluate(`document.querySelectorAll("${closed}").length`));
        await page.focus(`${closed} > summary`);
        await page.keyboard.press("Enter");
        const after = await page.evaluate(`document.querySelectorAll("${closed}").length`);
        expect(after).toBe(before - 1);
        await page.focus(".scroll");
        await page.keyboard.press("ArrowRight");
        await page.waitForFunction(`document.querySelector(".scroll").scrollLeft > 0`);
      }));

    test("in print: dark on white, nothing cut off at the width of A4, nothing left closed", () =>
      onPage({ width: 1123, colorScheme: "dark" }, async (page) => {
        await page.emulateMedia({ media: "print", colorScheme: "dark" });
        const found = await page.evaluate(`(() => {
          const wide = [...document.querySelectorAll("body *")]
            .filter((element) => element.closest("svg") === null || element.tagName === "svg")
            .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
            .map((element) => element.tagName + "." + element.className);
          const colours = (element) => [getComputedStyle(element).color, getComputedStyle(element).backgroundColor];
          const text = document.querySelector(".cq text");
          return {
            wide,
            body: colours(document.body),
            svg: getComputedStyle(text).fill,
            background: getComputedStyle(document.querySelector(".cq .bg")).fill,
            source: document.querySelector("details pre").getClientRects().length > 0
              && document.querySelector("details pre").checkVisibility({ contentVisibilityAuto: true }),
          };
        })()`);
        expect(found).toEqual({
          wide: [],
          body: ["rgb(0, 0, 0)", "rgb(255, 255, 255)"],
          svg: "rgb(27, 36, 48)",
          background: "rgb(255, 255, 255)",
          source: true,
        });
      }));
  },
);
