/** Every check, by name: invariants that are always on, and the objectives that a scenario's expectations name. */
import type { CheckContext } from "./context.ts";
import type { Expectation } from "./expectation.ts";
import { availability } from "./objectives/availability.ts";
import { consistency } from "./objectives/consistency.ts";
import { cost } from "./objectives/cost.ts";
import { hitRatio } from "./objectives/hit-ratio.ts";
import { latency } from "./objectives/latency.ts";
import { noLostWrites } from "./objectives/no-lost-writes.ts";
import { noSplitBrain } from "./objectives/no-split-brain.ts";
import type { Answer } from "./objectives/objective.ts";
import { originLoad } from "./objectives/origin-load.ts";
import { redundancyRestored } from "./objectives/redundancy-restored.ts";
import { rpo } from "./objectives/rpo.ts";
import { rto } from "./objectives/rto.ts";
import { staleness } from "./objectives/staleness.ts";
import { steady } from "./objectives/steady.ts";
import { acknowledgedWasAppended } from "./safety/acknowledged-was-appended.ts";
import { acknowledgedWritesKept } from "./safety/acknowledged-writes-kept.ts";
import {
  executedOnce,
  expiredNeverServed,
  failedWritesUnseen,
  replicasRefuseWrites,
} from "./safety/answers-consistent.ts";
import { bestCopyPromoted } from "./safety/best-copy-promoted.ts";
import { copiesAgree } from "./safety/copies-agree.ts";
import { dnsFollowsPromotion } from "./safety/dns-follows-promotion.ts";
import { dnsNamesPrimary } from "./safety/dns-names-primary.ts";
import { electedByMajority } from "./safety/elected-by-majority.ts";
import { electionsInOrder } from "./safety/elections-in-order.ts";
import { epochsRise } from "./safety/epochs-rise.ts";
import { failureByMajority } from "./safety/failure-by-majority.ts";
import { onePrimaryPerEpoch } from "./safety/one-primary-per-epoch.ts";
import { oneVotePerEpoch } from "./safety/one-vote-per-epoch.ts";
import { replacedPrimaryFallsSilent } from "./safety/replaced-primary-falls-silent.ts";
import { replicaNeverAhead } from "./safety/replica-never-ahead.ts";
import { requestsConserved } from "./safety/requests-conserved.ts";
import { resyncJoinsHistories } from "./safety/resync-joins-histories.ts";
import { rtoPhasesAddUp } from "./safety/rto-phases-add-up.ts";
import { writesResume } from "./safety/writes-resume.ts";
import type { ExpectationVerdict, InvariantVerdict } from "./verdict.ts";

const INVARIANTS: readonly ((context: CheckContext) => InvariantVerdict)[] = [
  replicaNeverAhead,
  onePrimaryPerEpoch,
  acknowledgedWritesKept,
  requestsConserved,
  rtoPhasesAddUp,
  bestCopyPromoted,
  dnsFollowsPromotion,
  dnsNamesPrimary,
  electedByMajority,
  oneVotePerEpoch,
  epochsRise,
  electionsInOrder,
  failureByMajority,
  resyncJoinsHistories,
  acknowledgedWasAppended,
  replacedPrimaryFallsSilent,
  replicasRefuseWrites,
  executedOnce,
  failedWritesUnseen,
  expiredNeverServed,
  copiesAgree,
  writesResume,
];

export function checkInvariants(context: CheckContext): InvariantVerdict[] {
  return INVARIANTS.map((check) => check(context));
}

export function checkExpectation(
  context: CheckContext,
  expectation: Expectation,
): ExpectationVerdict {
  const { id, metric, of } = expectation;
  return { id, metric, of, ...answer(context, expectation) };
}

function answer(context: CheckContext, expectation: Expectation): Answer {
  switch (expectation.metric) {
    case "rpo":
      return rpo(context, expectation.of, expectation.atMostNs);
    case "rto":
      return rto(context, expectation.of, expectation.atMostNs);
    case "steady":
      return steady(context, expectation.of, {
        anchor: expectation.fromAnchor,
        ns: expectation.fromNs,
      });
    case "redundancyRestored": {
      const { withinNs, afterAnchor } = expectation;
      return redundancyRestored(context, expectation.of, { withinNs, after: afterAnchor });
    }
    case "availability":
      return availability(context, expectation.of, expectation.atLeast);
    case "latency":
      return latency(context, expectation.of, expectation);
    case "hitRatio":
      return hitRatio(context, expectation.of, expectation.atLeast);
    case "staleness":
      return staleness(context, expectation.of, expectation.atMostNs);
    case "originLoad":
      return originLoad(context, expectation.of, expectation.atMostConcurrency);
    case "noSplitBrain":
      return noSplitBrain(context, expectation.of);
    case "noLostWrites":
      return noLostWrites(context, expectation.of);
    case "consistency":
      return consistency(context, expectation.of, expectation);
    case "cost":
      return cost(context, expectation.of, expectation.atMostPerMonth);
  }
}
