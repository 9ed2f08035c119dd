/** Small changes of a schedule that reached something new. */
import { type Nanos, SECOND } from "../base/nanos.ts";
import { formatDuration, parseDuration } from "../base/units.ts";
import type { Stream } from "../kernel/streams.ts";
import { withinBudget } from "./budget.ts";
import type { FaultWords, Schedule } from "./schedule.ts";
import type { Space } from "./space.ts";

/** Draws new entries of a kind; the salt tells draws of one mutation apart. */
export interface Draws {
  readonly entry: (kind: string, salt: string) => FaultWords;
}

/** One to three changes. The answer is within the budget again. */
export function mutate(
  parent: Schedule,
  other: Schedule,
  space: Space,
  chance: Stream,
  draws: Draws,
): Schedule {
  let faults = [...parent.faults];
  const changes = 1 + chance.nextInt(3);
  for (let i = 0; i < changes; i++) {
    const at = faults.length === 0 ? -1 : chance.nextInt(faults.length);
    const entry = faults[at];
    const kind = space.kinds[chance.nextInt(space.kinds.length)] as string;
    switch (entry === undefined ? 0 : chance.nextInt(6)) {
      case 0:
        faults.push(draws.entry(kind, `added-${i}`));
        break;
      case 1:
        faults.splice(at, 1);
        break;
      case 2:
        faults[at] = moved(entry as FaultWords, space, chance);
        break;
      case 3:
        faults[at] = stretched(entry as FaultWords, chance);
        break;
      case 4:
        faults[at] = draws.entry(entry?.["fault"] as string, `drawn-${i}`);
        break;
      default:
        faults = [...faults, ...other.faults.filter(() => chance.next() < 0.5)];
    }
  }
  return { faults: withinBudget(faults, space), sets: parent.sets };
}

/** Another time, near or anywhere. */
function moved(entry: FaultWords, space: Space, chance: Stream): FaultWords {
  if (typeof entry["at"] !== "string") return entry;
  const { fromNs, untilNs } = space.settings;
  const at = parseDuration(entry["at"]) ?? fromNs;
  const holds = parseDuration(String(entry["for"] ?? "0")) ?? 0;
  const near = at + (chance.nextInt(41) - 20) * (SECOND / 10);
  const anywhere =
    fromNs + chance.nextInt(Math.max(1, (untilNs - fromNs) / (SECOND / 10))) * (SECOND / 10);
  const to = chance.next() < 0.7 ? near : anywhere;
  return { ...entry, at: formatDuration(clamp(to, fromNs, Math.max(fromNs, untilNs - holds))) };
}

/** Half or twice as long. */
function stretched(entry: FaultWords, chance: Stream): FaultWords {
  const holds = parseDuration(String(entry["for"] ?? "")) ?? 0;
  if (holds === 0) return entry;
  const to: Nanos = chance.next() < 0.5 ? holds / 2 : holds * 2;
  return { ...entry, for: formatDuration(Math.max(SECOND / 10, Math.round(to / 1e8) * 1e8)) };
}

const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value));
