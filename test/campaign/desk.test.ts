import { describe, expect, test } from "vitest";
import { hash32 } from "../../src/base/hash.ts";
import { type Course, driveCourse, runCourse } from "../../src/campaign/course.ts";
import { Desk, StoppedError } from "../../src/campaign/desk.ts";
import { jobKey } from "../../src/campaign/job-key.ts";
import { MemoryStore } from "../../src/campaign/stores/memory.ts";
import { LatePool } from "./late-pool.ts";
import { type ChainJob, chainAnswer } from "./machines.ts";

const keyOf = ({ content }: ChainJob): string => jobKey(content);

/** Asks for lists of jobs that hang on all answers so far; every other list ends at its first answer below 2^30. */
function* chain(rounds: number): Course<ChainJob, number, number> {
  let state = 0;
  for (let round = 0; round < rounds; round++) {
    const count = 1 + (hash32(`count ${state}`) % 9);
    const jobs = Array.from({ length: count }, (_, i): ChainJob => {
      return { run: "chain", id: round * 10 + i, content: hash32(`${state} ${i}`) };
    });
    const until = round % 2 === 0 ? null : (answer: number) => answer < 2 ** 30;
    for (const answer of yield { jobs, until }) state = hash32(`${state} ${answer}`);
  }
  return state;
}

describe("a Desk, as the runner of a course,", () => {
  const wanted = driveCourse(chain(40), ({ content }) => chainAnswer(content));

  test("brings it to the same end with 1, 2, 4 and 16 jobs at a time", async () => {
    for (const size of [1, 2, 4, 16]) {
      const desk = new Desk({ pool: new LatePool(size), store: new MemoryStore<number>(), keyOf });
      expect(await runCourse(chain(40), desk)).toBe(wanted);
      await desk.close();
    }
  });

  test("stopped, keeps what it has, and goes on from there", async () => {
    const store = new MemoryStore<number>();
    const stop = new AbortController();
    const pool = new LatePool(
      3,
      () => 2,
      ({ id }) => {
        if (id >= 100) stop.abort();
      },
    );
    const stopped = new Desk({ pool, store, keyOf, stop: stop.signal });
    await expect(runCourse(chain(40), stopped)).rejects.toThrow(StoppedError);
    await stopped.close();
    expect(store.load().size).toBe(pool.started.length);
    const rest = new LatePool(3);
    const resumed = new Desk({ pool: rest, store, keyOf });
    expect(await runCourse(chain(40), resumed)).toBe(wanted);
    expect(resumed.progress().reused).toBeGreaterThanOrEqual(pool.started.length - 3);
    expect(rest.started.every((id) => id >= 90)).toBe(true);
  });

  test("ends it with what the pool threw", async () => {
    const pool = new LatePool(
      3,
      () => 1,
      () => {
        throw new Error("no more");
      },
    );
    const desk = new Desk({ pool, store: new MemoryStore<number>(), keyOf });
    await expect(runCourse(chain(40), desk)).rejects.toThrow("no more");
  });
});
