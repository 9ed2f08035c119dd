/** Reads the entries of a method. */
import type { Nanos } from "../base/nanos.ts";
import { parseDuration } from "../base/units.ts";
import type { Reading } from "../model/kinds/contract.ts";
import type { MethodEntry } from "./contract.ts";
import type { MethodWorld } from "./method-world.ts";
import { type FaultWords, resolveFault } from "./resolve-fault.ts";
import { resolveStep } from "./resolve-step.ts";
import { resolveTrigger } from "./resolve-trigger.ts";
import type { MethodEntryWords } from "./words.gen.ts";
import { faultWords } from "./words.ts";

/** Reads one entry; null when a problem leaves nothing to run. */
export function resolveMethodEntry(
  index: number,
  words: MethodEntryWords,
  world: MethodWorld,
  reading: Reading,
): MethodEntry | null {
  const action =
    "fault" in words ? resolveFault(words, world, reading) : resolveStep(words, world, reading);
  const trigger = resolveTrigger(words, world, reading);
  const durationNs = "fault" in words ? resolveFor(words, reading) : null;
  if (action === null || trigger === null) return null;
  const allowEmpty = "fault" in words && words.allowEmpty === true;
  return { index, trigger, action, durationNs, allowEmpty };
}

/** How long a fault holds; null: to the end. */
function resolveFor({ fault, for: text }: FaultWords, reading: Reading): Nanos | null {
  if (text === undefined) return null;
  const durationNs = parseDuration(text) ?? 0;
  if (durationNs <= 0)
    reading.problem({ path: ["for"], found: `is "${text}"`, expected: "a duration above 0" });
  if (faultWords[fault]?.heals === false) {
    reading.problem({
      path: ["for"],
      found: "is given",
      expected: `nothing: ${fault} has no heal of its own, the service replaces the node`,
    });
  }
  return durationNs;
}
