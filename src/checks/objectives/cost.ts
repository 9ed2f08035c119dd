import { type CheckContext, membersOf } from "../context.ts";
import { type Answer, judged, round, untested } from "./objective.ts";

/** Nodes cost at most so much a month. Unknown where a price is not known. */
export function cost(context: CheckContext, of: string, atMostPerMonth: number): Answer {
  const members = membersOf(context, of);
  let total = 0;
  for (const cache of context.caches) {
    if (!members.includes(cache.name)) continue;
    if (cache.pricePerMonth === null)
      return untested(atMostPerMonth, "USD/month", `${cache.name}: ${cache.costReason}`);
    total += cache.pricePerMonth;
  }
  const figures = { limit: atMostPerMonth, observed: round(total), unit: "USD/month" };
  return judged(
    total <= atMostPerMonth,
    figures,
    "nodes on demand, 730 h a month; transfer not included",
    null,
  );
}
