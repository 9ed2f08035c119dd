/** Schedules and runs for tests: a scenario's text in, arbitraries and results out. */
import fc from "fast-check";
import { ScenarioError } from "../base/scenario-error.ts";
import { shellWord } from "../base/shell-word.ts";
import type { Result } from "../run/result.ts";
import { run } from "../run/simulation.ts";
import { scenarioForm } from "../scenario/form.ts";
import { loadScenario } from "../scenario/load.ts";
import { schedules as schedulesIn } from "./arbitraries.ts";
import type { FaultWords, Schedule } from "./schedule.ts";
import { spaceOf } from "./space.ts";

export interface ScenarioText {
  /** YAML. */
  readonly source: string;
  /** Named in problems and in the line that runs it again. */
  readonly file?: string;
}

export interface SimulateOptions {
  /** In place of the scenario's. */
  readonly seed?: string;
  readonly allowPlanted?: boolean;
}

/** A scenario that ran under a schedule. */
export interface Simulated {
  readonly scenario: ScenarioText;
  readonly schedule: Schedule;
  readonly seed: string;
  readonly result: Result;
  /** The same under other faults: for explanations. */
  readonly rerun: (faults: readonly FaultWords[]) => Result;
  /** The command that runs it again. */
  readonly reproduce: string;
}

const NOTHING: Schedule = { faults: [], sets: [] };

/**
 * Fault schedules in the space of a scenario, which its `explore:` section describes.
 *
 * @throws ScenarioError where the scenario is wrong
 */
export function schedules(scenario: ScenarioText): fc.Arbitrary<Schedule> {
  return schedulesIn(spaceOf(loadScenario(scenario.source, fileOf(scenario))));
}

/**
 * Sizes of a replication group as `--set` words: shards and replicas per shard with cluster mode enabled, nodes without.
 *
 * @param cache - its name in the scenario
 * @throws ScenarioError where the scenario is wrong; RangeError where it has no such cache
 */
export function topologies(
  scenario: ScenarioText,
  cache: string,
  limits: { readonly shardsMax?: number; readonly replicasMax?: number } = {},
): fc.Arbitrary<readonly string[]> {
  const { shardsMax = 4, replicasMax = 2 } = limits;
  const resolved = loadScenario(scenario.source, fileOf(scenario));
  const group = resolved.caches.find(({ name }) => name === cache);
  if (group === undefined) {
    const known = resolved.caches.map(({ name }) => name).join(", ");
    throw new RangeError(`the cache is "${cache}", expected one of ${known}`);
  }
  const least = group.automaticFailover || group.multiAz ? 1 : 0;
  const replicas = fc.integer({ min: least, max: Math.max(least, replicasMax) });
  if (group.clusterMode === "disabled")
    return replicas.map((count) => [`caches.${cache}.numCacheClusters=${count + 1}`]);
  return fc
    .tuple(fc.integer({ min: 1, max: shardsMax }), replicas)
    .map(([shards, count]) => [
      `caches.${cache}.numNodeGroups=${shards}`,
      `caches.${cache}.replicasPerNodeGroup=${count}`,
    ]);
}

/**
 * Runs a scenario under a schedule, whose faults follow those of its own method.
 *
 * @throws ScenarioError where scenario or schedule are wrong
 */
export function simulate(
  scenario: ScenarioText,
  schedule: Schedule = NOTHING,
  options: SimulateOptions = {},
): Simulated {
  const allowPlanted = options.allowPlanted === true;
  const given = { ...fileOf(scenario), allowPlanted };
  const seed = options.seed ?? loadScenario(scenario.source, given).seed;
  const form = scenarioForm(scenario.source, given);
  const rerun = (faults: readonly FaultWords[]): Result => {
    const formed = form({ seed, method: faults, sets: schedule.sets });
    if ("problem" in formed)
      throw new ScenarioError([
        {
          path: "schedule",
          found: `does not fit: ${formed.problem}`,
          expected: "words of a method",
        },
      ]);
    const input = { source: scenario.source, sets: schedule.sets, allowPlanted };
    return run(formed.resolved, input);
  };
  return {
    scenario,
    schedule,
    seed,
    result: rerun(schedule.faults),
    rerun,
    reproduce: reproduceLine(scenario, schedule, seed, allowPlanted),
  };
}

function reproduceLine(
  { source, file }: ScenarioText,
  { faults, sets }: Schedule,
  seed: string,
  allowPlanted: boolean,
): string {
  const own = loadScenario(source, { allowPlanted }).method.length;
  // Entries behind the scenario's own have the places that follow.
  const method =
    own === 0 && faults.length > 0
      ? [`method=${JSON.stringify(faults)}`]
      : faults.map((fault, at) => `method[${own + at}]=${JSON.stringify(fault)}`);
  const words = [...sets, ...method].map((set) => ` --set ${shellWord(set)}`).join("");
  const name = file ?? "SCENARIO.yaml";
  return `cachequake run ${shellWord(name)} --seed ${seed}${words}${allowPlanted ? " --allow-planted" : ""}`;
}

const fileOf = ({ file }: ScenarioText): { readonly file?: string } =>
  file === undefined ? {} : { file };
