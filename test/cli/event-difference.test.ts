import { expect, test } from "vitest";
import {
  describeEventDifference,
  findEventDifference,
  type SteppedRun,
} from "../../src/cli/event-difference.ts";

const stepped = (times: readonly number[], digests?: readonly string[]): SteppedRun => {
  let at = 0;
  return {
    get now() {
      return times[at - 1] ?? 0;
    },
    peek: () => times[at] ?? Number.POSITIVE_INFINITY,
    step: () => at < times.length && ++at > 0,
    ...(digests === undefined ? {} : { digest: () => digests[at - 1] ?? "" }),
  };
};

const difference = (runs: readonly SteppedRun[], until: number) => {
  const left = [...runs];
  return findEventDifference(() => left.shift() as SteppedRun, until);
};

test("findEventDifference() is null for runs that agree, and looks no further than asked", () => {
  expect(difference([stepped([1, 2, 3]), stepped([1, 2, 3])], 10)).toBeNull();
  expect(difference([stepped([1, 2, 5]), stepped([1, 2, 6])], 4)).toBeNull();
});

test("findEventDifference() names the first event at another time, or missing", () => {
  const other = difference([stepped([1, 2, 3]), stepped([1, 4, 5])], 10);
  expect(other).toEqual({ number: 2, firstNs: 2, secondNs: 4 });
  expect(difference([stepped([1, 2]), stepped([1])], 10)).toMatchObject({ number: 2 });
});

test("findEventDifference() sees a difference that only the digest shows", () => {
  const runs = [stepped([1, 2], ["a", "b"]), stepped([1, 2], ["a", "c"])];
  expect(difference(runs, 10)).toMatchObject({ number: 2, firstNs: 2, secondNs: 2 });
});

test("describeEventDifference() names both events", () => {
  const named = (name: string): SteppedRun => ({
    ...stepped([2e9], [name]),
    lastEvent: () => name,
  });
  const found = difference([named("crash of a"), named("crash of b")], 10e9);
  expect(describeEventDifference(found as NonNullable<typeof found>)).toMatch(
    /^event 1: crash of a at .* s in one, crash of b at .* s in the other$/,
  );
});
