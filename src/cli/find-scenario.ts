import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "./package-root.ts";

const EXTENSIONS = [".yaml", ".yml"];
const SLUG = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/**
 * The file that a user means by `word`: a path, or the name of a scenario, looked for in `folder`, in the folders of
 * `folder/scenarios`, and among the scenarios of the package, in this order. Where nothing is found: the word itself.
 */
export function findScenario(word: string, folder: string): string {
  if (!SLUG.test(word) || existsSync(path.resolve(folder, word))) return word;
  for (const place of ["", ...collections(path.join(folder, "scenarios"))]) {
    const found = inPlace(path.resolve(folder, place), word);
    if (found !== undefined) return path.relative(folder, found);
  }
  const own = path.join(packageRoot, "scenarios");
  for (const place of collections(own)) {
    const found = inPlace(place, word);
    if (found !== undefined) return found;
  }
  return word;
}

/** Names of the scenarios that come with the package, sorted. */
export function packagedScenarios(): string[] {
  return collections(path.join(packageRoot, "scenarios"))
    .flatMap((place) => readdirSync(place))
    .filter((name) => EXTENSIONS.includes(path.extname(name)))
    .map((name) => name.slice(0, -path.extname(name).length))
    .sort(byText);
}

/** Those scenarios with the folder they are in and the first sentence of their stories, in order of folder and name. */
export function describedScenarios(): { name: string; of: string; about: string }[] {
  return collections(path.join(packageRoot, "scenarios")).flatMap((place) =>
    readdirSync(place)
      .filter((name) => EXTENSIONS.includes(path.extname(name)))
      .sort(byText)
      .map((file) => ({
        name: file.slice(0, -path.extname(file).length),
        of: path.basename(place),
        about: firstSentence(readFileSync(path.join(place, file), "utf8")),
      })),
  );
}

/** Of the comment at the top of a scenario. */
function firstSentence(text: string): string {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => !line.startsWith("#"));
  const story = lines
    .slice(0, end)
    .map((line) => line.slice(1).trim())
    .filter((line) => !line.startsWith("yaml-language-server:"))
    .join(" ");
  return /^.*?\.(?= |$)/.exec(story)?.[0] ?? story;
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function inPlace(place: string, word: string): string | undefined {
  return EXTENSIONS.map((extension) => path.join(place, `${word}${extension}`)).find(existsSync);
}

/** The folders in `scenarios`, sorted; none if there is no such folder. */
function collections(scenarios: string): string[] {
  if (!existsSync(scenarios)) return [];
  return readdirSync(scenarios, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(scenarios, entry.name))
    .sort(byText);
}
