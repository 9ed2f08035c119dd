import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Campaign, type CampaignEnd, runCampaign } from "../../src/campaign/campaign.ts";
import { jobKey } from "../../src/campaign/job-key.ts";
import { MemoryStore } from "../../src/campaign/stores/memory.ts";
import { LatePool } from "./late-pool.ts";
import { type ChainJob, ChainMachine, type ChainShape, chainAnswer, drive } from "./machines.ts";

const SHAPE: ChainShape = { jobs: 100, batchSize: 8, proposals: [8, 3, 0, 5], contents: 1_000_000 };

const keyOf = ({ content }: ChainJob): string => jobKey(content);

function play(
  shape: ChainShape,
  pool: LatePool,
  options: Partial<Campaign<ChainJob, number>> = {},
): { readonly machine: ChainMachine; readonly end: Promise<CampaignEnd> } {
  const machine = new ChainMachine(shape);
  const store = new MemoryStore<number>();
  return { machine, end: runCampaign({ machine, pool, store, keyOf, ...options }) };
}

function expected(shape: ChainShape): ChainMachine {
  const machine = new ChainMachine(shape);
  drive(machine);
  return machine;
}

describe("runCampaign()", () => {
  test("makes the same calls with 1, 2, 4 and 64 jobs at a time, in whatever order they end", async () => {
    const { calls, state } = expected(SHAPE);
    for (const size of [1, 2, 4, 64]) {
      const pool = new LatePool(size);
      const { machine, end } = play(SHAPE, pool);
      expect(await end).toMatchObject({ absorbed: 100, finished: 100, running: 0, complete: true });
      expect(machine.calls).toEqual(calls);
      expect(machine.state).toBe(state);
      // Two batches of at most 8 are out at a time.
      expect(pool.runningMost).toBeLessThanOrEqual(Math.min(size, 16));
      if (size <= 4) expect(pool.runningMost).toBe(size);
      expect(pool.started).toEqual([...pool.started].sort((a, b) => a - b));
    }
  });

  test("makes these calls of any machine, with any pool (property)", async () => {
    const shapes = fc.record({
      jobs: fc.integer({ min: 0, max: 60 }),
      batchSize: fc.integer({ min: 1, max: 12 }),
      proposals: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 6 }),
      contents: fc.constantFrom(3, 20, 1_000_000),
    });
    const property = fc.asyncProperty(
      shapes,
      fc.integer({ min: 1, max: 9 }),
      fc.integer(),
      fc.nat({ max: 60 }),
      async (shape, size, salt, kept) => {
        const reference = expected(shape);
        const pool = new LatePool(size, ({ id }) => Math.abs((id * 7919 + salt) % 4));
        // What an earlier campaign left: the answers of some of the contents.
        const store = new MemoryStore<number>();
        for (let content = 0; content < kept; content += 2)
          store.append(jobKey(content), chainAnswer(content));
        const { machine, end } = play(shape, pool, { store });
        const { absorbed, finished, reused } = await end;
        expect(machine.calls).toEqual(reference.calls);
        expect([absorbed, finished]).toEqual([shape.jobs, shape.jobs]);
        expect(pool.started.length + reused).toBe(shape.jobs);
        expect(pool.runningMost).toBeLessThanOrEqual(size);
      },
    );
    await fc.assert(property, { seed: 20, numRuns: 300 });
  });

  test("runs a content once, however often it is asked for", async () => {
    const shape = { ...SHAPE, contents: 7 };
    const pool = new LatePool(4, () => 3);
    const { machine, end } = play(shape, pool);
    expect(await end).toMatchObject({ finished: 100, reused: 93 });
    expect(pool.started).toHaveLength(7);
    expect(machine.state).toBe(expected(shape).state);
  });

  test("takes a stored answer in place of a run, and stores those that last alone", async () => {
    const store = new MemoryStore<number>();
    const isLasting = (answer: number): boolean => answer % 2 === 0;
    const first = play(SHAPE, new LatePool(2), { store, isLasting });
    await first.end;
    const lasting = [...store.load().values()];
    expect(lasting.length).toBeGreaterThan(20);
    expect(lasting.length).toBeLessThan(80);
    expect(lasting.every(isLasting)).toBe(true);
    const again = new LatePool(2);
    const second = play(SHAPE, again, { store });
    expect(await second.end).toMatchObject({ reused: lasting.length, complete: true });
    expect(again.started).toHaveLength(100 - lasting.length);
    expect(second.machine.calls).toEqual(first.machine.calls);
  });

  test("starts nothing once it is stopped, and keeps and absorbs what runs", async () => {
    for (const size of [1, 3]) {
      const stop = new AbortController();
      const store = new MemoryStore<number>();
      const pool = new LatePool(
        size,
        () => 2,
        ({ id }) => {
          if (id === 20) stop.abort();
        },
      );
      const { machine, end } = play(SHAPE, pool, { store, stop: stop.signal });
      const { absorbed, finished, complete } = await end;
      expect(complete).toBe(false);
      // Jobs start in order and all that started ended, so that none that ended is left out.
      expect(pool.started).toHaveLength(finished);
      expect(finished).toBeLessThanOrEqual(20 + size);
      expect([absorbed, machine.absorbed, store.load().size]).toEqual([
        finished,
        finished,
        finished,
      ]);

      const rest = new LatePool(size);
      const resumed = play(SHAPE, rest, { store });
      expect(await resumed.end).toMatchObject({ complete: true, reused: finished });
      expect(rest.started).toHaveLength(100 - finished);
      expect(resumed.machine.state).toBe(expected(SHAPE).state);
    }
  });

  test("stopped before it begins, asks for nothing", async () => {
    const { machine, end } = play(SHAPE, new LatePool(2), { stop: AbortSignal.abort() });
    expect(await end).toMatchObject({ proposed: 0, absorbed: 0, complete: false });
    expect(machine.calls).toEqual([]);
  });

  test("stopped by the machine's own asking, waits for nobody", async () => {
    const stop = new AbortController();
    const pool = new LatePool(2);
    const { end } = play(SHAPE, pool, {
      stop: stop.signal,
      keyOf: (job) => {
        stop.abort();
        return keyOf(job);
      },
    });
    expect(await end).toMatchObject({ finished: 0, complete: false });
    expect(pool.started).toEqual([]);
  });

  test("cancelled, gives up what runs", async () => {
    const cancel = new AbortController();
    const pool = new LatePool(
      2,
      ({ id }) => (id > 20 ? 1_000_000 : 1),
      ({ id }) => {
        if (id === 20) setImmediate(() => cancel.abort());
      },
    );
    const { end } = play(SHAPE, pool, { cancel: cancel.signal });
    const { finished, complete, running } = await end;
    expect([complete, running, pool.running]).toEqual([false, 0, 0]);
    expect(finished).toBe(21);
  });

  test("tells of every start and every answer", async () => {
    const told: { proposed: number; finished: number; running: number }[] = [];
    const { end } = play(SHAPE, new LatePool(3), { onProgress: (progress) => told.push(progress) });
    await end;
    expect(told).toHaveLength(200);
    expect(told.at(-1)).toEqual({ proposed: 100, finished: 100, reused: 0, running: 0 });
    expect(told.every(({ running, finished, proposed }) => finished + running <= proposed)).toBe(
      true,
    );
    expect(Math.max(...told.map(({ running }) => running))).toBe(3);
  });

  test.each([
    ["the pool", {}],
    [
      "the store",
      {
        store: Object.assign(new MemoryStore<number>(), {
          append: () => {
            throw new Error("no more");
          },
        }),
      },
    ],
    [
      "progress",
      {
        onProgress: ({ finished }: { finished: number }) => {
          if (finished === 10) throw new Error("no more");
        },
      },
    ],
    [
      "the key",
      {
        keyOf: (job: ChainJob) => {
          if (job.id === 30) throw new Error("no more");
          return keyOf(job);
        },
      },
    ],
  ])("ends with what %s threw, when all that runs has ended", async (what, options) => {
    const pool = new LatePool(
      3,
      ({ id }) => id % 7,
      ({ id }) => {
        if (what === "the pool" && id === 20) throw new Error("no more");
      },
    );
    const { end } = play(SHAPE, pool, options);
    await expect(end).rejects.toThrow("no more");
    expect(pool.running).toBe(0);
    expect(pool.started.length).toBeLessThan(50);
  });

  test("ends with what the machine threw", async () => {
    const machine = new ChainMachine(SHAPE);
    machine.absorb = () => {
      throw new Error("no more");
    };
    const pool = new LatePool(3);
    const store = new MemoryStore<number>();
    await expect(runCampaign({ machine, pool, store, keyOf })).rejects.toThrow("no more");
    expect(pool.running).toBe(0);
  });

  test("notices a machine that asks for too much, or for nothing for ever", async () => {
    const idle = new ChainMachine(SHAPE);
    idle.propose = () => [];
    const pool = new LatePool(1);
    const store = new MemoryStore<number>();
    const options = { pool, store, keyOf };
    await expect(runCampaign({ machine: idle, ...options })).rejects.toThrow("asks or is done");
    const greedy = new ChainMachine(SHAPE);
    const { propose } = greedy;
    greedy.propose = () => [...propose.call(greedy, 8), ...propose.call(greedy, 8)];
    await expect(runCampaign({ machine: greedy, ...options })).rejects.toThrow("a batch at most");
  });
});
