import { type Nanos, toSeconds } from "../../base/nanos.ts";
import { type CheckContext, seconds, trafficIndex } from "../context.ts";
import type { Anchor } from "../expectation.ts";
import { type Answer, judged, untested } from "./objective.ts";

/** The moment an anchor names (`start`: when the warm-up is over), or null when nothing of the kind happened. */
export function anchorAt({ measured, index }: CheckContext, anchor: Anchor): Nanos | null {
  if (anchor === "start") return index.warmUpNs ?? 0;
  if (anchor === "last-disturbance") return measured.disturbances.at(-1)?.at ?? null;
  const heals = anchor.endsWith("heal");
  const found = measured.disturbances.filter((disturbance) => disturbance.isHeal === heals);
  const at = anchor.startsWith("first") ? found[0] : found[found.length - 1];
  return at?.at ?? null;
}

/**
 * From a moment on every window of the steady state holds, to the end of the run. Of one traffic source or (null) all
 * that have a steady state. Unknown when the moment never came, or no window fits after it.
 */
export function steady(
  context: CheckContext,
  of: string | null,
  from: { anchor: Anchor; ns: Nanos },
): Answer {
  const { index, measured, end } = context;
  const anchored = anchorAt(context, from.anchor);
  if (anchored === null)
    return untested(null, "s", `there was no ${from.anchor.replace("-", " ")}`);
  const since = anchored + from.ns;
  const limit = toSeconds(since);
  const sources = of === null ? index.traffic.map((_, at) => at) : [trafficIndex(context, of)];
  let judgedAny = false;
  for (const at of sources) {
    const state = measured.steady[at];
    if (state === undefined || state.isEmpty) continue;
    const breach = state.firstBreach(since, end.at);
    if (breach !== null) {
      const reason = `the window of ${index.traffic[at]?.name} that begins at ${seconds(breach)} does not hold`;
      return judged(false, { limit, observed: toSeconds(breach), unit: "s" }, reason, null);
    }
    judgedAny ||= state.held(since, end.at) === true;
  }
  if (!judgedAny)
    return untested(limit, "s", `no window fits between ${seconds(since)} and the end`);
  return {
    limit,
    observed: null,
    unit: "s",
    verdict: "pass",
    avoidable: null,
    reason: `every window from ${seconds(since)} on holds`,
  };
}
