import { setTimeout as wait } from "node:timers/promises";
import { ServerUnavailable } from "./server-binary.ts";

const READY_MS_MAX = 30_000;
const POLL_MS = 20;

/**
 * Waits until something holds for all of them.
 *
 * @throws ServerUnavailable when it does not within 30 s
 */
export async function until<T>(
  what: string,
  all: readonly T[],
  holds: (one: T) => Promise<boolean>,
): Promise<void> {
  const before = performance.now() + READY_MS_MAX;
  for (const one of all) {
    while (!(await holds(one))) {
      if (performance.now() > before) {
        throw new ServerUnavailable(
          `the servers are not set up after ${READY_MS_MAX / 1000} s, expected that ${what}`,
        );
      }
      await wait(POLL_MS);
    }
  }
}
