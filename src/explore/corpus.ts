/** A minimal failing schedule as a scenario file that tells its story, and reading such files back. */
import { Document, parse } from "yaml";
import { hash32 } from "../base/hash.ts";
import { toSeconds } from "../base/nanos.ts";
import { trim } from "../base/units.ts";
import { VERSION } from "../base/version.ts";
import { applySet } from "../scenario/set-path.ts";
import { ScenarioSource } from "../scenario/source.ts";
import type { Explained } from "./hunt.ts";
import type { BaseScenario } from "./laboratory.ts";
import type { FaultWords, Schedule } from "./schedule.ts";

/** What a corpus file says of itself, in one line that machines read. */
export interface CorpusEntry {
  /** Name of the scenario that was explored. */
  readonly base: string;
  readonly check: string;
  readonly seed: string;
  readonly path: string;
  /** Version of the tool that found it. */
  readonly version: string;
  readonly planted: string | null;
  readonly sets: readonly string[];
  /** Entries of the method that are the base's own; the faults follow them. */
  readonly own: number;
}

const MARK = "# corpus: ";

/**
 * The minimal schedule in the scenario that it breaks, ready to run.
 *
 * @returns a slug that depends on the content alone, and the text of the file
 */
export function corpusFile(
  base: BaseScenario,
  explained: Explained,
): { readonly name: string; readonly text: string } {
  const { source, file, sets, planted } = base;
  const data = structuredClone(ScenarioSource.parse(source, file).data);
  const all = [
    ...sets,
    ...explained.minimal.sets,
    ...(planted === null ? [] : [`plant=${planted}`]),
  ];
  for (const set of all) applySet(data, set);
  const own = (data["method"] as unknown[] | undefined) ?? [];
  const scenario = String(data["scenario"]);
  const { check } = explained.breach;
  const what = check.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  const id = hash32(JSON.stringify([explained.minimal, explained.seed])).toString(16);
  const name = `${scenario.slice(0, 24)}-${what.slice(0, 28)}-${id.padStart(8, "0")}`;
  const { explore: _, ...rest } = data;
  const document = new Document(
    {
      ...rest,
      scenario: name,
      seed: explained.seed,
      method: [...own, ...explained.minimal.faults],
    },
    { aliasDuplicateObjects: false },
  );
  const entry: CorpusEntry = {
    base: scenario,
    check,
    seed: explained.seed,
    path: explained.path,
    version: VERSION,
    planted,
    sets: explained.minimal.sets,
    own: own.length,
  };
  const story = [...wrapped(storyOf(explained, scenario)), ...momentsOf(explained)].map((line) =>
    `# ${line}`.trimEnd(),
  );
  const text = document.toString({ lineWidth: 110, flowCollectionPadding: true });
  return { name, text: `${story.join("\n")}\n${MARK}${JSON.stringify(entry)}\n${text}` };
}

/** What a corpus file says of itself; null for a file that is none. */
export function corpusEntry(text: string): CorpusEntry | null {
  const line = text.split("\n").find((candidate) => candidate.startsWith(MARK));
  if (line === undefined) return null;
  try {
    const entry = JSON.parse(line.slice(MARK.length)) as Partial<CorpusEntry>;
    const isWhole =
      typeof entry.base === "string" &&
      typeof entry.check === "string" &&
      typeof entry.own === "number" &&
      Array.isArray(entry.sets);
    return isWhole ? (entry as CorpusEntry) : null;
  } catch {
    return null;
  }
}

/** The schedule of a corpus file, for a campaign on the same scenario; null where it is of another. */
export function corpusSchedule(text: string, scenario: string): Schedule | null {
  const entry = corpusEntry(text);
  if (entry === null || entry.base !== scenario || entry.planted !== null) return null;
  let method: unknown;
  try {
    method = (parse(text, { logLevel: "silent", maxAliasCount: 100 }) as { method?: unknown })
      ?.method;
  } catch {
    return null;
  }
  if (!Array.isArray(method)) return null;
  return { faults: method.slice(entry.own) as FaultWords[], sets: entry.sets };
}

function storyOf(explained: Explained, scenario: string): string[] {
  const { breach, minimal, necessity, pointOfNoReturn, wouldHaveSaved, tolerance } = explained;
  const count = (n: number, what: string): string =>
    `${n === 0 ? "no" : n} ${what}${n === 1 ? "" : "s"}`;
  const story = [
    `${breach.check} breaks in ${scenario} under ${count(minimal.faults.length, "fault")}: ${breach.reason}.`,
    `${breach.avoidable ? "Avoidable: enough was left to keep the promise." : "Unavoidable: the faults exceeded the redundancy."}`,
  ];
  const needed = necessity.filter(({ removed }) => !removed.includes(breach.check)).length;
  if (necessity.length > 0)
    story.push(
      needed === necessity.length
        ? `Without any one of them the promise holds.`
        : `${needed} of them are needed: without one the promise holds.`,
    );
  const event = pointOfNoReturn?.event;
  if (event)
    story.push(
      `It was decided at ${trim(event.at, 3)} s (${event.text}): from there on ${percent(event.after)} of all futures break it, before ${percent(event.before)}.`,
    );
  const saved = wouldHaveSaved.filter((row) => row.saved && row.breaks.length === 0);
  if (wouldHaveSaved.length > 0)
    story.push(
      saved.length === 0
        ? "No single setting that was tried would have saved it."
        : `Would have saved it: ${saved.map((row) => row.what).join("; ")}.`,
    );
  if (tolerance !== null)
    story.push(
      tolerance.faults < 2
        ? `${tolerance.faults === 0 ? "No fault" : "One fault at a time"} is enough to break it.`
        : `It takes ${count(tolerance.faults, "fault")} at once to break it, as far as was tried.`,
    );
  story.push(
    `History: version ${VERSION} found it in run ${explained.path.split(":")[0]} of a campaign, with ${count(explained.foundWith, "fault")}; ${count(minimal.faults.length, "fault")}${minimal.sets.length > 0 ? " in a smaller world" : ""} ${minimal.faults.length === 1 ? "was" : "were"} left after ${count(explained.shrinkTrials, "run")} of shrinking.`,
  );
  return story;
}

/** Moments that are told: a reader follows so many. */
const MOMENTS_MAX = 16;

/** What happened, in its order: the first moments, each with its time in seconds. */
function momentsOf({ outcome: { moments } }: Explained): string[] {
  const first = moments.slice(0, MOMENTS_MAX).map(({ atNs, text }) => {
    const at = trim(toSeconds(atNs), 3).padStart(8);
    return `${at} s  ${text.replace(/[\r\n\u2028\u2029]/g, " ")}`.slice(0, 115);
  });
  const more = moments.length - first.length;
  return [
    ...(first.length > 0 ? ["", ...first] : []),
    ...(more > 0 ? [`            and ${more} moments more`] : []),
    "",
  ];
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** Lines of at most 116 characters, without what would end a comment. */
function wrapped(sentences: readonly string[]): string[] {
  const lines: string[] = [];
  for (const sentence of sentences) {
    let line = "";
    for (const word of sentence.replace(/[\r\n\u2028\u2029]/g, " ").split(" ")) {
      if (line !== "" && line.length + word.length > 115) {
        lines.push(line);
        line = "";
      }
      line += (line === "" ? "" : " ") + word;
    }
    lines.push(line);
  }
  return lines;
}
