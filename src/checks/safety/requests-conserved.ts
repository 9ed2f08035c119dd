import {
  OUTCOME_CLIENT_LOST,
  OUTCOME_FAIL,
  OUTCOME_INFO,
  OUTCOME_OK,
} from "../../journal/operation-columns.ts";
import type { CheckContext } from "../context.ts";
import type { InvariantVerdict } from "../verdict.ts";

/** Requests are conserved: issued = ok + fail + info + clientLost + in flight, the last counted from open requests. */
export function requestsConserved({ index, measured, end }: CheckContext): InvariantVerdict {
  const id = "requests-conserved";
  let checked = 0;
  for (const [at, { name }] of index.traffic.entries()) {
    const fold = measured.requests[at];
    if (fold === undefined) continue;
    const issued = end.issued(at);
    const parts = [OUTCOME_OK, OUTCOME_FAIL, OUTCOME_INFO, OUTCOME_CLIENT_LOST].map((outcome) =>
      fold.count(outcome),
    );
    const open = end.open(at);
    const sum = parts.reduce((total, part) => total + part, open);
    checked += issued;
    if (sum !== issued) {
      const reason = `${name} issued ${issued} requests, but ${parts.join(" + ")} ended and ${open} are open: ${sum}`;
      return { id, verdict: "fail", checked, reason };
    }
  }
  return {
    id,
    verdict: "pass",
    checked,
    reason: `${checked} requests, each ended once or open at the end`,
  };
}
