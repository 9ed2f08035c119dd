/** Runs trials of one scenario: words that vary in, verdicts and coverage out. */
import { InvariantError } from "../base/invariant.ts";
import { ScenarioError } from "../base/scenario-error.ts";
import { BudgetError } from "../kernel/budget-error.ts";
import { coverageOf } from "../measure/coverage.ts";
import { monthlyCost } from "../run/assemble-result.ts";
import { type Probe, probe } from "../run/simulation.ts";
import { timelineOf } from "../run/timeline.ts";
import { type ScenarioForm, scenarioForm } from "../scenario/form.ts";
import { loadScenario } from "../scenario/load.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";
import { injectedFaults, phasesOf } from "./injected.ts";
import type { Breach, Outcome, Trial } from "./schedule.ts";

/** A scenario as it was given. Serialisable. */
export interface BaseScenario {
  readonly source: string;
  /** Named in problems. */
  readonly file: string;
  readonly sets: readonly string[];
  /** Name of a planted bug, or null. */
  readonly planted: string | null;
}

/** More events than this, and a trial has no verdict. */
const EVENTS_MAX = 20_000_000;

export class Laboratory {
  readonly resolved: ResolvedScenario;
  private readonly form: ScenarioForm;

  /** @throws ScenarioError where the scenario itself is wrong */
  constructor(readonly base: BaseScenario) {
    const { source, file, planted } = base;
    const sets = [...base.sets, ...(planted === null ? [] : [`plant=${planted}`])];
    const given = { file, sets, allowPlanted: planted !== null };
    this.resolved = loadScenario(source, given);
    this.form = scenarioForm(source, given);
  }

  /** The scenario under a trial; as it was given where the trial cannot stand. */
  resolvedOf({ seed, faults, sets }: Trial): ResolvedScenario {
    const formed = this.form({ seed, method: faults, sets });
    return "problem" in formed ? this.resolved : formed.resolved;
  }

  /** The same trial, the same outcome. */
  run(trial: Trial): Outcome {
    const { seed, faults, sets } = trial;
    const formed = this.form({ seed, method: faults, sets });
    if ("problem" in formed) return withoutOutcome(formed.problem);
    const resolved = {
      ...formed.resolved,
      maxEvents: Math.min(formed.resolved.maxEvents, EVENTS_MAX),
    };
    try {
      return outcomeOf(probe(resolved, { rekey: trial.rekey }), resolved, trial.detail);
    } catch (error) {
      if (error instanceof BudgetError) return withoutOutcome("used up its events");
      // A fault hit nothing when its time came, and the trial does not allow that.
      if (error instanceof ScenarioError) return withoutOutcome(error.message);
      if (!(error instanceof InvariantError)) throw error;
      // The model contradicts itself: a breach like any other, and one to look at first.
      const reason = error.message;
      return {
        ...withoutOutcome(null),
        breaches: [{ check: "model-invariant", avoidable: true, reason }],
      };
    }
  }
}

/** Of a trial that did not run to its end; `problem` says why. */
export const withoutOutcome = (problem: string | null): Outcome => ({
  problem,
  breaches: [],
  marks: {},
  states: [],
  figures: [],
  costPerMonth: null,
  faults: [],
  moments: [],
  phases: [],
  behaviourDigest: "",
  events: 0,
});

function outcomeOf(probed: Probe, resolved: ResolvedScenario, detail: boolean): Outcome {
  const { records, lostKeys } = probed;
  const { marks, states } = coverageOf(records, lostKeys);
  return {
    problem: null,
    breaches: breachesOf(probed, marks),
    marks,
    states,
    figures: probed.expectations.map(({ id, observed, limit, unit }) => ({
      id,
      observed,
      limit,
      unit,
    })),
    costPerMonth: monthlyCost(resolved),
    faults: injectedFaults(records, detail),
    moments: detail
      ? timelineOf(records).map(({ at, subject, text }) => ({
          atNs: Math.round(at * 1e9),
          text: subject === "" ? text : `${subject}: ${text}`,
        }))
      : [],
    phases: detail ? phasesOf(records, resolved) : [],
    behaviourDigest: probed.behaviourDigest,
    events: probed.events,
  };
}

/** Marks that say that no copy was left: whatever was promised of that shard, nobody could keep. */
const BEYOND_REDUNDANCY = ["all-copies-lost", "shard-without-copy-alive"];

function breachesOf(probed: Probe, marks: Readonly<Record<string, number>>): Breach[] {
  const exceeded = BEYOND_REDUNDANCY.some((mark) => (marks[mark] ?? 0) > 0);
  return [
    ...probed.invariants
      .filter(({ verdict }) => verdict === "fail")
      .map(({ id, reason }) => ({ check: id, avoidable: true, reason })),
    ...probed.expectations
      .filter(({ verdict }) => verdict === "fail")
      .map(({ id, avoidable, reason }) => ({
        check: id,
        avoidable: avoidable ?? !exceeded,
        reason,
      })),
  ];
}
