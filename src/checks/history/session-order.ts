/**
 * Session order: there is one order of all values in which each session only goes forward, whatever it reads and writes.
 * That is read your writes, monotonic reads, monotonic writes and writes that follow reads, at once. Registers only.
 *
 * Source: D. Terry et al., Session guarantees for weakly consistent replicated data, PDIS 1994.
 */
import type { History } from "./history.ts";
import { judgeUnique, type KeyFinding } from "./unique-values.ts";
import { judgeVersions } from "./version-order.ts";

export function sessionOrder(history: History, byKey: readonly Int32Array[]): KeyFinding[] {
  return judgeUnique(history, byKey, (rows, writers) =>
    judgeVersions(history, rows, writers, { from: "all", to: "all" }),
  );
}
