import { expect, test } from "vitest";
import { execute } from "../../src/cli/execute.ts";

const fake = (costMsPerSlice = 0) => {
  const slices: number[] = [];
  return {
    now: 0,
    slices,
    runUntil(time: number) {
      const until = performance.now() + costMsPerSlice;
      while (performance.now() < until);
      slices.push(time);
      this.now = time;
    },
  };
};

test("execute() runs to the end, in growing steps of whole nanoseconds, and not beyond", async () => {
  const simulation = fake();
  const shares: number[] = [];
  await execute(simulation, 720_000_000_001, (share) => shares.push(share));
  expect(simulation.now).toBe(720_000_000_001);
  expect(simulation.slices.every(Number.isInteger)).toBe(true);
  expect(simulation.slices.length).toBeGreaterThan(2);
  expect(simulation.slices.length).toBeLessThan(40);
  expect(shares.at(-1)).toBe(1);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
});

test("execute() takes smaller steps when a step takes long", async () => {
  const simulation = fake(80);
  await execute(simulation, 10_000, () => {
    if (simulation.slices.length > 5) simulation.now = 10_000;
  });
  const steps = simulation.slices.map((time, at) => time - (simulation.slices[at - 1] ?? 0));
  expect(steps[2]).toBeLessThan(steps[0] as number);
});

test("execute() lets the process breathe between slices", async () => {
  let breaths = 0;
  const timer = setInterval(() => breaths++, 0);
  await execute(fake(5), 1_000_000, () => undefined);
  clearInterval(timer);
  expect(breaths).toBeGreaterThan(2);
});

test("execute() of no time at all runs nothing", async () => {
  const simulation = fake();
  await execute(simulation, 0, () => undefined);
  expect(simulation.slices).toEqual([]);
});
