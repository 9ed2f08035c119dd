import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvariantError } from "../../src/base/invariant.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import type { RingLane } from "../../src/kernel/lane.ts";
import { effort } from "./effort.ts";

/** One act of a client: arm a timeout, arm another event, post a message, cancel some timeout, let time pass. */
const acts = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ act: fc.constant("arm" as const), n: fc.nat(1) }) },
    { weight: 2, arbitrary: fc.record({ act: fc.constant("other" as const), n: fc.nat(12) }) },
    { weight: 3, arbitrary: fc.record({ act: fc.constant("post" as const), n: fc.nat(6) }) },
    { weight: 4, arbitrary: fc.record({ act: fc.constant("cancel" as const), n: fc.nat(300) }) },
    { weight: 2, arbitrary: fc.record({ act: fc.constant("pass" as const), n: fc.nat(4) }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constant("peek" as const), n: fc.nat(1) }) },
  ),
  { maxLength: 300 },
);
type Act = {
  readonly act: "arm" | "other" | "post" | "cancel" | "pass" | "peek";
  readonly n: number;
};

/** Plays the acts with two timeouts of 5 ns and 8 ns and messages of any delay, on lanes or by schedule(). */
function play(steps: readonly Act[], onLanes: boolean, tieBreak: "schedule" | "shuffled") {
  const kernel = new Kernel({ seed: "1", maxEvents: 1e6, tieBreak });
  const seen: unknown[] = [];
  const note = (name: string) => (target: number, slot: number, word: number) =>
    seen.push([name, kernel.now, target, slot, word]);
  const kinds = [kernel.kind("t5", note("t5"), 1), kernel.kind("t8", note("t8"), 0)];
  const other = kernel.kind("other", note("other"), 1);
  const posted = kernel.kind("posted", note("posted"), 1);
  const postLane = kernel.lane(posted);
  const targets = [kernel.target("a"), kernel.target("b"), kernel.target("c")];
  const lanes = kinds.map((kind) => kernel.lane(kind));
  const armed: { readonly lane: number; readonly handle: number }[] = [];
  steps.forEach(({ act, n }, i) => {
    const target = targets[i % 3]!;
    if (act === "arm") {
      const delay = n === 0 ? 5 : 8;
      const due = kernel.now + delay;
      const lane = lanes[n]!;
      const arm = () =>
        i % 2 === 0 ? lane.schedule(due, target, i, -i) : lane.scheduleAfter(delay, target, i, -i);
      const handle = onLanes ? arm() : kernel.schedule(due, kinds[n]!, target, i, -i);
      armed.push({ lane: n, handle });
    } else if (act === "other") {
      if (onLanes) kernel.scheduleAfter(n, other, target, i);
      else kernel.schedule(kernel.now + n, other, target, i);
    } else if (act === "post") {
      // Of any delay: some are due before the lane's last and go to the queue.
      if (onLanes) postLane.postAfter(n, target, i, n);
      else kernel.schedule(kernel.now + n, posted, target, i, n);
    } else if (act === "cancel") {
      const one = armed[n % Math.max(1, armed.length)];
      if (one === undefined) return;
      const { lane, handle } = one;
      seen.push(onLanes ? lanes[lane]!.cancel(handle) : kernel.cancel(handle));
    } else if (act === "pass") kernel.runUntil(kernel.now + n);
    else seen.push(kernel.peek(), kernel.pending);
  });
  while (kernel.step());
  seen.push(kernel.pending, kernel.events, kernel.ties, kernel.digest());
  return seen;
}

describe("Lane", () => {
  test("fires the same events at the same times in the same order as schedule()", () => {
    fc.assert(
      fc.property(acts, (steps) => {
        expect(play(steps, true, "schedule")).toEqual(play(steps, false, "schedule"));
      }),
      { seed: 1, numRuns: effort(400) },
    );
  });

  test("shuffled ties are those of schedule() too", () => {
    fc.assert(
      fc.property(acts, (steps) => {
        expect(play(steps, true, "shuffled")).toEqual(play(steps, false, "shuffled"));
      }),
      { seed: 2, numRuns: effort(100) },
    );
  });

  test("refuses a due time before its last one", () => {
    const kernel = new Kernel({ seed: "1", maxEvents: 10 });
    const lane = kernel.lane(kernel.kind("t", () => undefined));
    const target = kernel.target("a");
    lane.schedule(5, target);
    lane.schedule(5, target);
    expect(() => lane.schedule(4, target)).toThrow(InvariantError);
  });

  test("shuffled, events of one target come as they were scheduled, on a lane or not", () => {
    const kernel = new Kernel({ seed: "1", maxEvents: 100, tieBreak: "shuffled" });
    const seen: number[] = [];
    const note = (_target: number, slot: number) => void seen.push(slot);
    const [own, other] = [kernel.kind("own", note), kernel.kind("other", note)];
    const [lane, late] = [kernel.lane(own), kernel.lane(other)];
    const target = kernel.target("a");
    for (let i = 0; i < 6; i += 3) {
      kernel.schedule(5 + i, other, target, i);
      lane.schedule(5 + i, target, i + 1);
      late.schedule(5 + i, target, i + 2);
    }
    lane.schedule(20, target, 6);
    kernel.schedule(20, other, target, 7);
    late.postAfter(20, target, 8, 0);
    kernel.runUntil(30);
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test.each(["schedule", "shuffled"] as const)(
    "%s: what is posted before, at and after the lane's last comes as if scheduled",
    (tieBreak) => {
      const play = (onLane: boolean): readonly string[] => {
        const kernel = new Kernel({ seed: "1", maxEvents: 100, tieBreak });
        const seen: string[] = [];
        const note = (target: number, slot: number) =>
          void seen.push(`${kernel.now}/${target}/${slot}`);
        const kind = kernel.kind("posted", note);
        const lane = kernel.lane(kind);
        const targets = ["a", "b", "c", "d", "e", "f"].map((name) => kernel.target(name));
        for (const [slot, delay] of [5, 9, 3, 9, 9, 9, 9, 5, 12].entries()) {
          const target = targets[slot % 6] as number;
          if (onLane) lane.postAfter(delay, target, slot, 0);
          else kernel.schedule(delay, kind, target, slot);
        }
        kernel.runUntil(20);
        return [...seen, kernel.digest()];
      };
      expect(play(true)).toEqual(play(false));
    },
  );

  test("a handle is good for its own event only, once", () => {
    const kernel = new Kernel({ seed: "1", maxEvents: 1000 });
    const lane = kernel.lane(kernel.kind("t", () => undefined));
    const target = kernel.target("a");
    const fired = lane.schedule(1, target);
    kernel.runUntil(1);
    // Its place in the ring goes to others, many times over.
    const handles = Array.from({ length: 300 }, (_, i) => lane.schedule(i + 2, target));
    expect(lane.cancel(fired)).toBe(false);
    expect(lane.cancel((handles.at(-1) as number) + 1)).toBe(false);
    expect(kernel.pending).toBe(300);
    for (const handle of [handles[150], handles[0], handles[299]] as number[]) {
      expect(lane.cancel(handle)).toBe(true);
      expect(lane.cancel(handle)).toBe(false);
    }
    expect(kernel.pending).toBe(297);
    kernel.runUntil(1000);
    expect(kernel.events).toBe(298);
    for (const handle of handles) expect(lane.cancel(handle)).toBe(false);
    expect(kernel.pending).toBe(0);
  });

  test("an event may arm and cancel on its own lane", () => {
    const kernel = new Kernel({ seed: "1", maxEvents: 100 });
    const answers: unknown[] = [];
    let handle = 0;
    const target = kernel.target("a");
    const kind = kernel.kind("t", (_target, slot) => {
      answers.push([kernel.now, slot, lane.cancel(handle)]);
      if (slot < 3) handle = lane.schedule(kernel.now + 5, target, slot + 1);
    });
    const lane = kernel.lane(kind);
    handle = lane.schedule(5, target, 1);
    kernel.runUntil(100);
    expect(answers).toEqual([
      [5, 1, false],
      [10, 2, false],
      [15, 3, false],
    ]);
  });

  test("cancelled timeouts leave nothing behind", () => {
    const kernel = new Kernel({ seed: "1", maxEvents: 10 });
    const lane = kernel.lane(kernel.kind("t", () => undefined));
    const target = kernel.target("a");
    for (let i = 0; i < effort(100_000); i++) {
      const handle = lane.schedule(kernel.now + 1000, target);
      if (i % 10 === 0) kernel.runUntil(kernel.now + 1);
      lane.cancel(handle);
    }
    expect(kernel.peek()).toBe(Number.POSITIVE_INFINITY);
    expect(kernel.events).toBe(0);
  });

  test("cancelled timeouts that are long from due make room for others", () => {
    const kernel = new Kernel({ seed: "1", maxEvents: 10 });
    const lane = kernel.lane(kernel.kind("t", () => undefined));
    const target = kernel.target("a");
    const open: number[] = [];
    for (let i = 0; i < effort(100_000); i++) {
      open.push(lane.schedule(1e15 + i, target));
      // The oldest of thirty goes, so that a living one is always near the front.
      if (open.length > 30) lane.cancel(open.shift() as number);
    }
    const entries: number[] = [];
    (lane as RingLane).collectSequences(entries);
    expect(entries.length).toBeGreaterThanOrEqual(30);
    expect(entries.length).toBeLessThanOrEqual(64);
  });
});
