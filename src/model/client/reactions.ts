/**
 * What a client library does with each answer of a node.
 *
 * Models: MOVED is followed and remembered; ASK is followed once and not remembered, for the slot's owner is still the old
 * one; TRYAGAIN is tried again at the same node after the backoff, without asking for the topology; READONLY, CLUSTERDOWN,
 * LOADING, OOM and NOREPLICAS fail the attempt, which asks for the topology and is tried again; those that the client's
 * `retry.errors` does not name reach the caller at once; a write that too few replicas acknowledged is in doubt.
 * Leaves out: libraries that split an MGET.
 * Source: Redis cluster specification, redirection and resharding; libraries listed in `catalog/client-presets.ts`.
 */
import {
  STATUS_ASK,
  STATUS_MOVED,
  STATUS_OK,
  STATUS_TRYAGAIN,
  STATUS_UNACKNOWLEDGED,
} from "../network/frames.ts";

export type Reaction = "done" | "follow" | "ask-once" | "wait" | "in-doubt" | "fail";

/** @param status - of an answered frame */
export function reactionTo(status: number): Reaction {
  switch (status) {
    case STATUS_OK:
      return "done";
    case STATUS_MOVED:
      return "follow";
    case STATUS_ASK:
      return "ask-once";
    case STATUS_TRYAGAIN:
      return "wait";
    case STATUS_UNACKNOWLEDGED:
      return "in-doubt";
    default:
      return "fail";
  }
}
