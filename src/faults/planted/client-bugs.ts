/** Wrong client libraries. */
import { OUTCOME_FAIL } from "../../journal/operation-columns.ts";
import type { PlantedBug } from "./planted-bug.ts";

export const clientBugs: readonly PlantedBug[] = [
  {
    name: "doubt-reported-as-failure",
    summary: "a client reports a write as failed that may have been executed",
    seenBy: ["failed-writes-unseen"],
    strategies: { client: { outcomeOfFailure: () => OUTCOME_FAIL } },
  },
  {
    name: "retry-executes-twice",
    summary: "a client that had to retry sends the write once more after its acknowledgement",
    seenBy: ["executed-once"],
    strategies: { client: { endsWith: (attempt) => attempt > 2 } },
  },
  {
    name: "dns-cached-for-ever",
    summary: "a client never asks DNS again, whatever the record's TTL",
    seenBy: ["writes-resume"],
    strategies: { client: { dnsTtlNs: () => Number.POSITIVE_INFINITY } },
  },
];
