/** What the entries of a method say of each other. */
import type { MethodEntry } from "../faults/contract.ts";
import type { Reading } from "../model/kinds/contract.ts";

/** An entry that waits for a fault or a step that no other entry brings would wait for ever. */
export function lintMethod(entries: readonly MethodEntry[], reading: Reading): void {
  for (const { index, trigger } of entries) {
    if (trigger.kind !== "after" || trigger.event.kind === "cache-event") continue;
    const { event } = trigger;
    const others = entries.filter((other) => other.index !== index).map(({ action }) => action);
    const name = event.kind === "fault" ? event.fault : event.step;
    const known: string[] = others.map((action) =>
      "fault" in action ? action.fault : action.step,
    );
    if (known.includes(name)) continue;
    const word = event.kind === "step" ? "step" : event.phase === "injected" ? "fault" : "heal";
    reading.problem({
      path: ["method", index, "after", word],
      found: `is "${name}", which no other entry brings`,
      expected: `a ${event.kind} of the method${known.length === 0 ? ", which has no other" : `: ${[...new Set(known)].join(", ")}`}`,
    });
  }
}
