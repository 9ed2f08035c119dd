/** The browser for tests of pages. On a laptop they may do without; where CI=true it must be there. */
import { existsSync } from "node:fs";

const PLACES = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser"];

/** Path of the browser, or null. @throws where CI=true and there is none. */
export function findChromium(): string | null {
  const found = PLACES.find((place) => place !== undefined && place !== "" && existsSync(place));
  if (found !== undefined) return found;
  if (process.env["CI"] === "true")
    throw new Error("chromium is missing, and CI=true does not skip it");
  return null;
}

/** For headless runs without sandbox and without any request of the browser's own. */
export const CHROMIUM_FLAGS: readonly string[] = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
