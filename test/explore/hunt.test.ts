/** Search, shrinking and explanations, on a planted bug that is easy to break and on runs whose answer is known. */
import { describe, expect, it } from "vitest";
import { driveCourse, runCourse } from "../../dist/campaign/course.js";
import { corpusEntry, corpusFile, corpusSchedule } from "../../dist/explore/corpus.js";
import { necessity, pointOfNoReturn } from "../../dist/explore/explain.js";
import { type HuntOptions, type HuntReport, hunt } from "../../dist/explore/hunt.js";
import { type BaseScenario, Laboratory } from "../../dist/explore/laboratory.js";
import { shareAtMost } from "../../dist/explore/report.js";
import type { FaultWords, Outcome, Trial } from "../../dist/explore/schedule.js";
import { shrink } from "../../dist/explore/shrink.js";
import { spaceOf } from "../../dist/explore/space.js";
import { probe, run } from "../../dist/run/simulation.js";
import { loadScenario } from "../../dist/scenario/load.js";
import { SMALL, WIDE } from "./fixture.ts";

const base: BaseScenario = { source: SMALL, file: "small.yaml", sets: [], planted: null };
const laboratory = new Laboratory(base);
const space = spaceOf(laboratory.resolved);
const runTrial = (trial: Trial): Outcome => laboratory.run(trial);
const trialOf = (faults: readonly FaultWords[], more: Partial<Trial> = {}): Trial => ({
  faults,
  sets: [],
  seed: "1",
  rekey: null,
  detail: true,
  ...more,
});
const options: HuntOptions = {
  seed: "1",
  runs: 32,
  corpus: [],
  goOn: false,
  unavoidable: false,
  expired: () => false,
  shrinkTrials: 600,
  shrinkExpired: () => false,
  explain: true,
  mostGroups: 3,
};

/** A partition with a second of writes that are lost, and seven faults that have nothing to do with it. */
const CAUSE: FaultWords = {
  at: "8s",
  fault: "network-partition",
  isolate: "node cart-0001-001",
  to: "node cart-0001-002",
  for: "2.3s",
};
const THEN: FaultWords = { at: "10.2s", fault: "node-crash", target: "node cart-0001-001" };
const NOISE: FaultWords[] = [
  { at: "4s", fault: "node-slow", target: "primary of cart/shard 2", factor: 2, for: "1s" },
  { at: "5s", fault: "dns-outage", region: "us-east-1", for: "3s" },
  { at: "6s", fault: "network-latency", from: "zone us-east-1a", add: "5ms", for: "2s" },
  { at: "12s", fault: "control-plane-outage", region: "us-east-1", for: "1s" },
  { at: "14s", fault: "node-pause", target: "replica of cart/shard 2", for: "200ms" },
  { at: "16s", fault: "clock-skew", target: "replica of cart/shard 2", ahead: "1s", for: "1s" },
];

describe("a probe", () => {
  it("is the run without its report: same behaviour, same verdicts", () => {
    const source = SMALL.replace(
      "expect:",
      "method: [{ at: 8s, fault: node-crash, target: primary of cart/shard 1 }]\nexpect:",
    );
    const resolved = loadScenario(source);
    const whole = run(resolved, { source, sets: [], allowPlanted: false });
    const probed = probe(resolved);
    expect(probed.behaviourDigest).toBe(whole.behaviourDigest);
    expect(probed.expectations).toEqual(whole.expectations);
    expect(probed.invariants).toEqual(whole.invariants);
  });

  it("keyed anew keeps the past and changes what comes; the same salt, the same future", () => {
    const resolved = loadScenario(SMALL);
    const records = (atNs: number, salt: string) => probe(resolved, { rekey: { atNs, salt } });
    const plain = probe(resolved);
    const one = records(20e9, "a");
    expect(one.behaviourDigest).toBe(records(20e9, "a").behaviourDigest);
    expect(one.behaviourDigest).not.toBe(records(20e9, "b").behaviourDigest);
    expect(one.behaviourDigest).not.toBe(plain.behaviourDigest);
    const early = ({ records: all }: typeof one) => all.filter(({ at }) => at < 20e9);
    expect(early(one)).toEqual(early(plain));
    expect(records(40e9, "a").behaviourDigest).toBe(plain.behaviourDigest);
  });
});

describe("shrinking", () => {
  const failing = trialOf([...NOISE.slice(0, 3), CAUSE, THEN, ...NOISE.slice(3)]);
  const outcome = runTrial(failing);

  it("leaves of eight faults the two that matter, named by role, at round times", () => {
    expect(outcome.breaches.map(({ check }) => check)).toContain("noLostWrites(cart)");
    const shrunk = driveCourse(
      shrink(space, { trial: failing, outcome }, "noLostWrites(cart)", {
        trials: 1000,
        expired: () => false,
      }),
      runTrial,
    );
    expect(shrunk.complete).toBe(true);
    const kinds = shrunk.trial.faults.map((entry) => entry["fault"]);
    expect(kinds).toEqual(["network-partition", "node-crash"]);
    expect(JSON.stringify(shrunk.trial.faults)).not.toContain("node cart-");
    expect(shrunk.outcome.breaches.map(({ check }) => check)).toContain("noLostWrites(cart)");
    expect(runTrial(shrunk.trial)).toEqual(shrunk.outcome);
    // Every fault that is left is needed.
    const table = driveCourse(necessity(shrunk.trial), runTrial);
    expect(table.map(({ removed }) => removed.includes("noLostWrites(cart)"))).toEqual([
      false,
      false,
    ]);
  });

  it("ends at its limits with the best so far, which still fails", () => {
    const shrunk = driveCourse(
      shrink(space, { trial: failing, outcome }, "noLostWrites(cart)", {
        trials: 10,
        expired: () => false,
      }),
      runTrial,
    );
    expect(shrunk.complete).toBe(false);
    expect(shrunk.tried).toBeLessThan(10 + 8);
    expect(runTrial(shrunk.trial).breaches.map(({ check }) => check)).toContain(
      "noLostWrites(cart)",
    );
  });
});

describe("the point of no return", () => {
  it("is the last of the causes where nothing is left to chance, and certain from there on", () => {
    const trial = trialOf([CAUSE, THEN]);
    const outcome = runTrial(trial);
    const found = driveCourse(
      pointOfNoReturn(trial, "noLostWrites(cart)", outcome.moments),
      runTrial,
    );
    const last = found.curve.at(-1);
    expect(last?.probability).toBe(1);
    for (const { probability } of found.curve) expect(probability).toBeGreaterThanOrEqual(0);
    // Seed by seed the link stalls and the primary dies: no chance undoes it.
    expect(found.event === null || found.event.after > found.event.before).toBe(true);
  });
});

describe("a campaign", () => {
  const base: BaseScenario = { source: WIDE, file: "wide.yaml", sets: [], planted: null };
  const laboratory = new Laboratory(base);
  const space = spaceOf(laboratory.resolved);
  const runTrial = (trial: Trial): Outcome => laboratory.run(trial);
  const summary = ({ explained, ...rest }: HuntReport) => JSON.stringify([rest, explained]);
  const found = driveCourse(hunt(laboratory, space, options), runTrial);

  it("finds, shrinks and explains, the same however many trials run at a time", async () => {
    expect(found.explained.length).toBeGreaterThan(0);
    // What it was drawn with is told.
    const [one] = found.explained;
    expect(one?.from).toBe("drawn");
    expect(Object.keys(one?.swarm?.weights ?? {}).length).toBeGreaterThan(0);
    expect(one?.swarm?.focus.length).toBeGreaterThan(0);
    const late = async (trial: Trial): Promise<Outcome> => {
      // Answers come back out of order.
      for (let i = 0; i < (trial.faults.length % 3) + 1; i++) await Promise.resolve();
      return runTrial(trial);
    };
    const course = hunt(laboratory, space, options);
    const parallel = await runCourse(course, { size: 4, run: late });
    expect(summary(parallel)).toBe(summary(found));
  });

  it("keeps a scenario that fails the same check when it is run, and is tried first the next time", () => {
    const [one] = found.explained;
    if (one === undefined) throw new Error("nothing was found");
    const { name, text } = corpusFile(base, one);
    expect(name).toMatch(/^[a-z0-9-]{1,64}$/);
    const resolved = loadScenario(text);
    const result = run(resolved, { source: text, sets: [], allowPlanted: false });
    const failed = [...result.expectations, ...result.invariants].filter(
      (of) => of.verdict === "fail",
    );
    expect(failed.map(({ id }) => id)).toContain(one.breach.check);
    expect(corpusEntry(text)).toMatchObject({
      base: "wide",
      check: one.breach.check,
      path: one.path,
    });
    expect(corpusSchedule(text, "wide")).toEqual(one.minimal);
    expect(corpusSchedule(text, "another")).toBeNull();
    expect(corpusEntry(SMALL)).toBeNull();
    const again = driveCourse(
      hunt(laboratory, space, {
        ...options,
        explain: false,
        corpus: [corpusSchedule(text, "wide") ?? one.minimal],
        seed: "6",
      }),
      runTrial,
    );
    expect(again.runs).toBeGreaterThan(0);
    // It was found under another seed's chance: the corpus comes first, whether it breaks there or not.
    const tried: string[] = [];
    driveCourse(
      hunt(laboratory, space, {
        ...options,
        explain: false,
        runs: 2,
        goOn: true,
        mostGroups: 0,
        corpus: [one.minimal],
        ran: ({ from, trial }) => tried.push(`${from} ${JSON.stringify(trial.faults)}`),
      }),
      runTrial,
    );
    expect(tried[0]).toBe(`corpus ${JSON.stringify(one.minimal.faults)}`);
    expect(tried[1]).toMatch(/^drawn /);
  });

  it("goes on when asked, groups by cause and counts the rest", () => {
    const all = driveCourse(
      hunt(laboratory, space, { ...options, runs: 64, goOn: true, explain: false, mostGroups: 2 }),
      runTrial,
    );
    expect(all.runs).toBe(64);
    expect(all.failures.length).toBeGreaterThan(all.explained.length);
    const counted = all.explained.reduce((sum, { others }) => sum + 1 + others, 0);
    expect(counted).toBeLessThanOrEqual(all.failures.length);
    expect(all.explained.length).toBeLessThanOrEqual(2);
  });

  it("says which marks it must reach and did not", () => {
    const settings = { ...space.settings, mustReach: ["region-promoted", "partial-resync"] };
    const all = driveCourse(
      hunt(
        laboratory,
        { ...space, settings },
        { ...options, runs: 40, goOn: true, explain: false, mostGroups: 0 },
      ),
      runTrial,
    );
    expect(all.unreached).toEqual(["region-promoted"]);
  });
});

describe("a course", () => {
  it("starts no job behind one that ended the ask, and answers up to it", async () => {
    const started: number[] = [];
    function* ask(): Generator<
      { jobs: number[]; until: (answer: number) => boolean },
      readonly number[],
      readonly number[]
    > {
      return yield { jobs: [1, 2, 3, 4, 5, 6, 7, 8], until: (answer) => answer === 30 };
    }
    const answers = await runCourse(ask(), {
      size: 2,
      run: async (job) => {
        started.push(job);
        await Promise.resolve();
        return job * 10;
      },
    });
    expect(answers).toEqual([10, 20, 30]);
    expect(Math.max(...started)).toBeLessThanOrEqual(4);
  });

  it("ends with the failure of a job", async () => {
    function* ask(): Generator<{ jobs: number[]; until: null }, void, readonly number[]> {
      yield { jobs: [1, 2, 3], until: null };
    }
    const ended = runCourse(ask(), {
      size: 2,
      run: (job) => (job === 2 ? Promise.reject(new Error("job 2")) : Promise.resolve(job)),
    });
    await expect(ended).rejects.toThrow("job 2");
  });
});

describe("the bound on P(breach)", () => {
  it("is the rule of three without a hit, and Clopper and Pearson's with some", () => {
    // 1 - 0.05^(1/n), exactly; and the one-sided 95 % limits of their tables: 3 of 20 is 0.3437, 1 of 10 is 0.3942.
    expect(shareAtMost(0, 3000)).toBeCloseTo(1 - 0.05 ** (1 / 3000), 9);
    expect(shareAtMost(3, 20)).toBeCloseTo(0.3437, 4);
    expect(shareAtMost(1, 10)).toBeCloseTo(0.3942, 4);
    expect(shareAtMost(0, 0)).toBe(1);
    expect(shareAtMost(5, 5)).toBe(1);
  });
});
