import type { Contradiction } from "../../measure/contradictions-fold.ts";
import type { CheckContext } from "../context.ts";
import { seconds } from "../context.ts";
import type { InvariantVerdict } from "../verdict.ts";

/** No read returns a value that had expired before the read began, or that has lost its expiry. Not judged once a clock was wrong. */
export function expiredNeverServed(context: CheckContext): InvariantVerdict {
  const { reads, expiredRead } = context.measured.contradictions;
  return judge(context, "expired-never-served", expiredRead, {
    good: `${reads} hits, none of an expired value`,
    checked: reads,
    bad: ({ expireAt }) =>
      expireAt === 0
        ? "although that write was acknowledged with an expiry, which is gone"
        : `although it had expired at ${seconds(expireAt)}`,
  });
}

/** No read returns a write that its client reported as failed: `fail` says that it did not happen. */
export function failedWritesUnseen(context: CheckContext): InvariantVerdict {
  const { reads, failedRead } = context.measured.contradictions;
  return judge(context, "failed-writes-unseen", failedRead, {
    good: `${reads} hits, none of a write that was reported as failed`,
    checked: reads,
    bad: () => "although its client had reported that write as failed",
  });
}

/** A write is executed once, unless the answer to an attempt never came and the client could not know. */
export function executedOnce(context: CheckContext): InvariantVerdict {
  const { writes, repeated } = context.measured.contradictions;
  return judge(context, "executed-once", repeated, {
    good: `${writes} writes acknowledged, none executed again without a doubt`,
    checked: writes,
    bad: () => "again, although no answer to it was missing",
  });
}

/** Only a node that leads acknowledges writes. */
export function replicasRefuseWrites(context: CheckContext): InvariantVerdict {
  const { writes, byFollower } = context.measured.contradictions;
  return judge(context, "replicas-refuse-writes", byFollower, {
    good: `${writes} writes acknowledged, all by nodes that led`,
    checked: writes,
    bad: () => "although it did not lead",
  });
}

function judge(
  { index }: CheckContext,
  id: string,
  found: Contradiction | null,
  say: {
    readonly good: string;
    readonly checked: number;
    readonly bad: (found: Contradiction) => string;
  },
): InvariantVerdict {
  const { checked } = say;
  if (found === null) return { id, verdict: "pass", checked, reason: say.good };
  const node = index.nodes[found.node]?.id ?? "nobody";
  const reason =
    `${node} answered an operation that began at ${seconds(found.invokedAt)} with write ${found.writeId} of key ` +
    `${found.key}, ${say.bad(found)}`;
  return { id, verdict: "fail", checked, reason };
}
