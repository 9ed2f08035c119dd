/**
 * Whether dist/ is up to date: `tsx scripts/newer-than-build.ts` exits 0 when it is, and else says what is newer, exit 1.
 * So the tests build only where installing has not just done so.
 */
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const entry = path.join(root, "dist", "cli", "main.js");

/** The first file, relative to the project, that was written after dist/ was; "dist/" where there is none; else null. */
export function newerThanBuild(): string | null {
  const builtAt = statSync(entry, { throwIfNoEntry: false })?.mtimeMs;
  if (builtAt === undefined) return "dist/";
  const sources = readdirSync(path.join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => path.join("src", file));
  return (
    ["tsconfig.json", "tsconfig.build.json", ...sources].find(
      (file) => statSync(path.join(root, file)).mtimeMs > builtAt,
    ) ?? null
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const newer = newerThanBuild();
  if (newer !== null) process.stdout.write(`dist/ is older than ${newer}\n`);
  process.exitCode = newer === null ? 0 : 1;
}
