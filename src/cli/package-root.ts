import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The folder of the installed package: two above this file, in `src/` as in `dist/`. */
export const packageRoot: string = fileURLToPath(new URL("../../", import.meta.url));

/** The version in the package's own package.json. */
export function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
