/** What a method waits for and can never come: it is told before a run, whose faults would silently stay away. */
import type { Nanos } from "../base/nanos.ts";
import { formatDuration } from "../base/units.ts";
import type { Reading } from "../model/kinds/contract.ts";
import type { ReplicationGroupSettings } from "../model/kinds/replication-group-settings.ts";
import type { MethodEntry, Trigger, TriggerEvent, TriggerState } from "./contract.ts";
import type { MethodEntryWords } from "./words.gen.ts";
import { CACHE_EVENTS, TRIGGER_STATES } from "./words.ts";

type Path = readonly (string | number)[];
type ActEvent = Exclude<TriggerEvent, { readonly kind: "cache-event" }>;

/**
 * Entries that wait for a state or an event that their cache cannot have, for an act that the method lacks, or for a
 * time after the end. An entry that may hit nothing may also wait in vain.
 *
 * @param method - all of it: an entry that could not be read may be what others wait for
 * @param words - of the method
 */
export function lintTriggers(
  method: readonly MethodEntry[],
  words: readonly MethodEntryWords[],
  groups: readonly ReplicationGroupSettings[],
  durationNs: Nanos,
  reading: Reading,
): void {
  const earliest = earliestTimes(method);
  let isTold = false;
  const tell = (entry: MethodEntry, path: Path, found: string, expected: string): void => {
    isTold = true;
    reading.problem({ path: ["method", entry.index, ...path], found, expected });
  };
  const awaiting = method.filter(({ allowEmpty }) => !allowEmpty);
  for (const entry of awaiting) {
    const { trigger } = entry;
    if (trigger.kind === "when") lintState(trigger, groups, tell.bind(null, entry));
    if (trigger.kind !== "after") continue;
    const { event } = trigger;
    if (event.kind === "cache-event") lintEvent(event, groups, tell.bind(null, entry));
    else if (!method.some((other) => other !== entry && causes(other, event))) {
      const [word, name] = wordOf(event);
      tell(entry, ["after", word], `is "${name}"`, whatCauses(event, method));
      continue;
    }
    const atNs = earliest.get(entry) as number;
    const eventNs = atNs - trigger.delayNs;
    const end = formatDuration(durationNs);
    if (eventNs < durationNs && atNs >= durationNs) {
      const found = `is "${words[entry.index]?.after?.delay}", after which it is ${formatDuration(atNs)} at least`;
      tell(entry, ["after", "delay"], found, `a time before the end, at ${end}`);
    } else if (eventNs >= durationNs && event.kind !== "cache-event") {
      const isHeld = method.some(
        (other) => causes(other, event) && (earliest.get(other) as number) < durationNs,
      );
      const [word, name] = wordOf(event);
      const found = `is "${name}", which holds beyond the end`;
      if (isHeld) tell(entry, ["after", word], found, `a heal before the end, at ${end}`);
    }
  }
  if (isTold) return;
  // What is left without a time waits, over others or at once, for itself.
  const waiting = awaiting.find((entry) => earliest.get(entry) === Number.POSITIVE_INFINITY);
  if (waiting?.trigger.kind !== "after" || waiting.trigger.event.kind === "cache-event") return;
  const [word, name] = wordOf(waiting.trigger.event);
  const expected = "what does not wait for this entry in its turn";
  tell(waiting, ["after", word], `is "${name}"`, expected);
}

type Tell = (path: Path, found: string, expected: string) => void;

/** Elections are held by the cluster's own nodes; the managed service alone replaces nodes. */
function lintState(
  { state, cache }: Extract<Trigger, { readonly kind: "when" }>,
  groups: readonly ReplicationGroupSettings[],
  tell: Tell,
): void {
  const group = groups.find(({ name }) => name === cache);
  if (group === undefined) return;
  const why: Partial<Record<TriggerState, string>> = {
    ...(group.clusterMode === "disabled" ? { electing: "cluster mode is disabled" } : {}),
    ...(group.kind === "self-managed" ? { replacing: "nobody replaces its nodes" } : {}),
  };
  if (why[state] === undefined) return;
  const known = TRIGGER_STATES.filter((one) => why[one] === undefined).join(", ");
  tell(["when", "state"], `is "${state}" of ${cache}, where ${why[state]}`, `one of ${known}`);
}

function lintEvent(
  { event, cache }: Extract<TriggerEvent, { readonly kind: "cache-event" }>,
  groups: readonly ReplicationGroupSettings[],
  tell: Tell,
): void {
  const group = groups.find(({ name }) => name === cache);
  if (group?.kind !== "self-managed" || event !== "node-replaced") return;
  const known = CACHE_EVENTS.filter((one) => one !== event).join(", ");
  tell(
    ["after", "event"],
    `is "${event}" of ${cache}, where nobody replaces nodes`,
    `one of ${known}`,
  );
}

const wordOf = (event: ActEvent): readonly [word: string, name: string] =>
  event.kind === "step"
    ? ["step", event.step]
    : [event.phase === "injected" ? "fault" : "heal", event.fault];

/** Whether an entry of the method is what an event is of. */
function causes({ action, durationNs, trigger }: MethodEntry, event: ActEvent): boolean {
  if (event.kind === "step") return "step" in action && action.step === event.step;
  if (!("fault" in action) || action.fault !== event.fault) return false;
  return (
    event.phase === "injected" ||
    durationNs !== null ||
    (trigger.kind === "random" && trigger.meanForNs !== null)
  );
}

function whatCauses(event: ActEvent, method: readonly MethodEntry[]): string {
  if (event.kind === "step") return "a step that another entry of the method takes";
  const isThere = method.some(({ action }) => "fault" in action && action.fault === event.fault);
  return event.phase === "healed" && isThere
    ? "a fault that another entry of the method holds for: a time"
    : "a fault that another entry of the method injects";
}

/** When each entry can fire first, ns; infinite for those that wait for an act that never comes. */
function earliestTimes(method: readonly MethodEntry[]): ReadonlyMap<MethodEntry, number> {
  const times = new Map(method.map((entry) => [entry, ownTime(entry.trigger)]));
  // Each pass brings one more link of the longest chain of entries that wait for one another.
  for (let moved = true; moved; ) {
    moved = false;
    for (const entry of method) {
      const { trigger } = entry;
      if (trigger.kind !== "after" || trigger.event.kind === "cache-event") continue;
      const { event, delayNs } = trigger;
      for (const other of method) {
        if (!causes(other, event)) continue;
        const heldNs = event.kind === "fault" && event.phase === "healed" ? leastHeld(other) : 0;
        const atNs = (times.get(other) as number) + heldNs + delayNs;
        if (atNs >= (times.get(entry) as number)) continue;
        times.set(entry, atNs);
        moved = true;
      }
    }
  }
  return times;
}

function ownTime(trigger: Trigger): number {
  switch (trigger.kind) {
    case "at":
      return trigger.atNs;
    case "every":
      return trigger.firstNs;
    case "random":
      return trigger.fromNs + trigger.minGapNs;
    case "when":
      return trigger.notBeforeNs;
    case "after":
      return trigger.event.kind === "cache-event" ? trigger.delayNs : Number.POSITIVE_INFINITY;
  }
}

const leastHeld = ({ trigger, durationNs }: MethodEntry): Nanos =>
  durationNs ?? (trigger.kind === "random" ? trigger.minForNs : 0);
