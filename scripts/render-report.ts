/** Renders a report's SVG and page to PNG with Debian's Chromium: `tsx scripts/render-report.ts DIR OUT`. */
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [dir = "reports/az-power-loss/42", out = "reports/pictures"] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
const shots = [
  { file: "timeline.svg", name: "svg-light", scheme: "light", width: 1440 },
  { file: "timeline.svg", name: "svg-dark", scheme: "dark", width: 1440 },
  { file: "timeline.html", name: "page-light", scheme: "light", width: 1440 },
  { file: "timeline.html", name: "page-dark", scheme: "dark", width: 1440 },
  { file: "timeline.html", name: "page-390", scheme: "light", width: 390 },
] as const;
for (const { file, name, scheme, width } of shots) {
  const page = await browser.newPage({ viewport: { width, height: 1000 }, colorScheme: scheme });
  if (file.endsWith(".svg")) {
    const svg = readFileSync(path.join(dir, file), "utf8").replace(/^<\?xml[^>]*>/, "");
    await page.setContent(`<body style="margin:0">${svg}</body>`);
  } else await page.goto(pathToFileURL(path.resolve(dir, file)).href);
  await page.screenshot({ path: path.join(out, `${name}.png`), fullPage: true });
  await page.close();
}
await browser.close();
