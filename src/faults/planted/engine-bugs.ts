/** Wrong engines. */
import type { HistoryLog } from "../../model/engine/redis/history-log.ts";
import { engineStrategies } from "../../model/engine/redis/strategies.ts";
import { STATUS_OK } from "../../model/network/frames.ts";
import type { PlantedBug } from "./planted-bug.ts";

/** Keeps back each write until the next one comes, although it was acknowledged. */
function appendLate(): typeof engineStrategies.append {
  const held = new WeakMap<HistoryLog, () => void>();
  return (log, bytes, sentAt, key, writeId, expireAt, valueBytes) => {
    held.get(log)?.();
    held.set(log, () => {
      engineStrategies.append(log, bytes, sentAt, key, writeId, expireAt, valueBytes);
    });
    return log.headOffset + bytes;
  };
}

export const engineBugs: readonly PlantedBug[] = [
  {
    name: "acknowledge-before-append",
    summary: "a primary acknowledges a write that enters its history only with the next one",
    seenBy: ["acknowledged-was-appended"],
    strategies: { engine: { append: appendLate() } },
  },
  {
    name: "replica-accepts-writes",
    summary: "a replica, such as a primary after its demotion, accepts writes that stay with it",
    seenBy: ["replicas-refuse-writes"],
    strategies: {
      engine: {
        answerRefused(node, frames, frame) {
          const key = frames.key[frame] as number;
          const writeId = frames.writeId[frame] as number;
          const valueBytes = frames.valueBytes[frame] as number;
          node.keyspace.set(key, writeId, node.appliedOffset, node.history, 0, valueBytes, 0);
          frames.offset[frame] = node.appliedOffset;
          frames.history[frame] = node.history;
          frames.ttl[frame] = 0;
          frames.fromPrimary[frame] = 0;
          frames.repeated[frame] = 0;
          return STATUS_OK;
        },
      },
    },
  },
  {
    name: "diverged-copy-continues",
    summary: "a demoted primary may go on from the backlog although it wrote beyond the fork",
    seenBy: ["resync-joins-histories"],
    strategies: {
      engine: {
        canContinue: (log, history, offset, heldOffset) =>
          log.canContinue(history, offset, heldOffset) ||
          (history === log.parent && log.canContinue(log.history, offset, heldOffset)),
      },
    },
  },
  {
    name: "backlog-off-by-one",
    summary: "a partial resynchronisation goes on one entry too late",
    seenBy: ["resync-joins-histories"],
    strategies: {
      engine: { firstEntry: (log, offset) => Math.min(log.next, log.entryAfter(offset) + 1) },
    },
  },
  {
    name: "backlog-gap-ignored",
    summary: "a partial resynchronisation is granted although the backlog does not reach back",
    seenBy: ["resync-joins-histories"],
    strategies: {
      engine: {
        canContinue: (log, history, offset, heldOffset) =>
          offset <= (history === log.history ? heldOffset : log.forkOffset) &&
          (history === log.history || history === log.parent),
      },
    },
  },
  {
    name: "full-sync-skips-writes",
    summary: "writes that come while a snapshot is transferred and loaded are left out",
    seenBy: ["resync-joins-histories"],
    strategies: { engine: { resumesAt: (_snapshotOffset, sourceOffset) => sourceOffset } },
  },
  {
    name: "deletion-not-replicated",
    summary: "a primary does not tell its replicas what expired or was evicted",
    seenBy: ["copies-agree"],
    strategies: { engine: { appendDeletion: () => undefined } },
  },
  {
    name: "promotion-forgets-expiry",
    summary: "a promoted replica forgets when its keys expire, and serves them for ever",
    seenBy: ["expired-never-served"],
    strategies: {
      engine: {
        promoted(keyspace, now) {
          for (let key = 0; key < keyspace.capacity; key++) {
            const writeId = keyspace.writeId(key);
            if (writeId === 0) continue;
            const offset = keyspace.offset(key);
            const history = keyspace.history(key);
            keyspace.set(key, writeId, offset, history, 0, keyspace.valueBytes(key), now);
          }
        },
      },
    },
  },
];
