import { writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHROMIUM_FLAGS, findChromium } from "../chromium.ts";
import { cachequake, inFolder } from "./cachequake.ts";
import { brief } from "./scenarios.ts";

const executablePath = findChromium();

describe.skipIf(executablePath === null)(
  "the page of a report, in Chromium (skipped without)",
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath: executablePath as string,
        args: [...CHROMIUM_FLAGS],
      });
    });
    afterAll(() => browser.close());

    /** Opens the page of a run and gives what went wrong while it loaded. */
    const onPage = (
      view: { readonly width: number; readonly colorScheme: "light" | "dark" },
      act: (page: Page) => Promise<void>,
    ): Promise<void> =>
      inFolder(async (folder) => {
        writeFileSync(path.join(folder, "brief.yaml"), brief());
        expect(cachequake(["run", "brief.yaml"], folder).status).toBe(0);
        const { width, colorScheme } = view;
        const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
        const page = await context.newPage();
        const troubles: string[] = [];
        page.on("pageerror", (error) => troubles.push(error.message));
        page.on("console", (message) => {
          if (message.type() === "error") troubles.push(message.text());
        });
        const address = pathToFileURL(path.join(folder, "reports/brief/1/timeline.html")).href;
        page.on("request", (request) => {
          if (request.url() !== address) troubles.push(`asks for ${request.url()}`);
        });
        await page.goto(address);
        await act(page);
        await context.close();
        expect(troubles).toEqual([]);
      });

    test.each([
      { width: 1440, colorScheme: "light" },
      { width: 1440, colorScheme: "dark" },
      { width: 390, colorScheme: "light" },
    ] as const)("answers at $width pixels, $colorScheme, asks for nothing and fits", (view) =>
      onPage(view, async (page) => {
        expect(await page.title()).toContain("brief");
        const text = String(await page.evaluate("document.body.innerText")).toLowerCase();
        for (const word of [
          "pass",
          "rpo",
          "rto",
          "cart-001",
          "node-crash",
          "cachequake run brief",
        ]) {
          expect(text).toContain(word);
        }
        const scrolls = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
        expect(scrolls).toBeLessThanOrEqual(0);
      }),
    );

    test.each([390, 800, 1440])(
      "says of what scrolls sideways at %i pixels that it does",
      (width) =>
        onPage({ width, colorScheme: "light" }, async (page) => {
          const silent = await page.evaluate(`[...document.querySelectorAll(".scroll")]
        .filter((box) => box.clientWidth > 0)
        .filter((box) => (box.scrollWidth > box.clientWidth + 1) !==
          (getComputedStyle(box, "::before").display === "block"))
        .map((box) => [box.getAttribute("aria-label"), box.scrollWidth, box.clientWidth])`);
          expect(silent).toEqual([]);
          const cut = await page.evaluate(`[...document.querySelectorAll("caption span")]
        .filter((text) => text.getBoundingClientRect().right > innerWidth)
        .map((text) => text.textContent)`);
          expect(cut).toEqual([]);
        }),
    );

    test("shows no text below 11 pixels at 1440", () =>
      onPage({ width: 1440, colorScheme: "light" }, async (page) => {
        const small = await page.evaluate(`[...document.querySelectorAll("body *")]
        .filter((element) => [...element.childNodes].some((node) =>
          node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== ""))
        .filter((element) => !["SCRIPT", "STYLE", "TITLE"].includes(element.tagName.toUpperCase()))
        .filter((element) => element.getClientRects().length > 0)
        .map((element) => {
          const svg = element.closest("svg");
          const scale = svg === null ? 1 : svg.getScreenCTM().a;
          return [parseFloat(getComputedStyle(element).fontSize) * scale, element.textContent];
        })
        .filter(([pixels]) => pixels < 10.95)`);
        expect(small).toEqual([]);
      }));
  },
);
