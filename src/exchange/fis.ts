/**
 * A run's faults as an experiment template of AWS Fault Injection Service, as `aws fis create-experiment-template
 * --cli-input-json` takes it.
 *
 * Every action waits for an `aws:fis:wait` of its own from the start on, so that times are kept to the second though no
 * wait is shorter than a minute: where the first fault comes sooner, all of them come later by the same time.
 *
 * Source: AWS FIS user guide, "Experiment template components", "Actions for AWS FIS" and "Quotas".
 */
import { type Nanos, SECOND } from "../base/nanos.ts";
import { formatDuration } from "../base/units.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";
import type { Experiment, Remark } from "./experiment.ts";
import { remark, STEP } from "./experiment.ts";
import { type FisAction, fisActionsOf, fisTargetName } from "./fis-actions.ts";
import { hostsOf, type Injection, stepsOf } from "./injection.ts";

/** Least and most that an action may last, s (user guide, "Actions reference"). */
const LEAST = 60;
const MOST = 12 * 3600;
/** Source: user guide, "Quotas": actions of a template, and of them in parallel. */
const ACTIONS_MAX = 20;
const PARALLEL_MAX = 10;
const DESCRIPTION_MAX = 512;

/** One of the scenario's own, to be replaced: no account is known here. */
const ROLE = "arn:aws:iam::123456789012:role/EXPERIMENT-ROLE";

export function fisExperiment(
  resolved: ResolvedScenario,
  injections: readonly Injection[],
): Experiment {
  const world = { resolved, hosts: hostsOf(resolved) };
  const missing: Remark[] = stepsOf(resolved).map((fault) => ({ fault, word: STEP }));
  const different: Remark[] = [];
  const planned: { readonly injection: Injection; readonly actions: readonly FisAction[] }[] = [];
  let region: string | null = null;
  for (const injection of injections) {
    const { what: fault } = injection;
    const expressed = fisActionsOf(injection, world);
    if ("cannot" in expressed) {
      missing.push({ fault, word: expressed.cannot });
      continue;
    }
    const where = expressed.actions[0]?.region ?? "";
    region ??= where;
    if (where !== region) {
      const word = `happens in ${where}: a template runs in one Region, this one in ${region}`;
      missing.push({ fault, word });
      continue;
    }
    planned.push({ injection, actions: expressed.actions });
    const times = timesDiffer(injection, expressed.actions);
    different.push(...remark(fault, [...times, ...(expressed.differs ?? [])]));
  }
  const count = {
    tool: "AWS FIS",
    name: "fis.json",
    faults: injections.length + stepsOf(resolved).length,
    expressed: planned.length,
  } as const;
  if (planned.length === 0) return { ...count, contents: null, missing, different };
  const starts = planned.map(({ injection }) => wholeSeconds(injection.atNs));
  const later = Math.max(0, LEAST - Math.min(...starts));
  const { targets, actions, waits } = planOf(planned, later);
  const total = Object.keys(actions).length;
  const parallel = Math.max(waits, ...planned.map((of) => of.actions.length));
  const quota = [
    ...(total > ACTIONS_MAX ? [`${total} actions, where a template takes ${ACTIONS_MAX}`] : []),
    ...(parallel > PARALLEL_MAX
      ? [`${parallel} at a time, where an experiment takes ${PARALLEL_MAX}`]
      : []),
  ];
  different.push(...remark("the template", quota));
  const cannot = missing.map(({ fault }) => fault).join("; ");
  const description =
    `${resolved.name}, seed ${resolved.seed}: ${planned.length} of ${count.faults} faults and steps` +
    `${later > 0 ? `, all ${later} s later` : ""}${cannot === "" ? "" : `. Not expressed: ${cannot}`}`;
  const template = {
    description: cut(description),
    targets,
    actions,
    stopConditions: [{ source: "none" }],
    roleArn: ROLE,
    tags: { Name: resolved.name, "cachequake-region": region },
    experimentOptions: { accountTargeting: "single-account", emptyTargetResolutionMode: "fail" },
  };
  const contents = `${JSON.stringify(template, null, 2)}\n`;
  return { ...count, contents, missing, different };
}

const wholeSeconds = (ns: Nanos): number => Math.round(ns / SECOND);
const cut = (text: string): string =>
  text.length <= DESCRIPTION_MAX ? text : `${text.slice(0, DESCRIPTION_MAX - 3)}...`;

/** How long FIS holds a fault, s. */
const holdsFor = ({ forNs }: Injection): number =>
  Math.min(MOST, Math.max(LEAST, wholeSeconds(forNs ?? 0)));

function timesDiffer(injection: Injection, actions: readonly FisAction[]): string[] {
  const { atNs, forNs } = injection;
  const words: string[] = [];
  if (atNs % SECOND !== 0) words.push(`comes at ${wholeSeconds(atNs)} s: waits are whole seconds`);
  if (!actions.some(({ holds }) => holds)) return words;
  const seconds = holdsFor(injection);
  if (forNs === null) words.push(`keeps its replacement back for ${seconds} s`);
  else if (seconds * SECOND !== forNs)
    words.push(`holds ${seconds} s, not ${formatDuration(forNs)}: FIS takes 1 minute to 12 hours`);
  return words;
}

interface Plan {
  readonly targets: Record<string, unknown>;
  readonly actions: Record<string, unknown>;
  readonly waits: number;
}

function planOf(
  planned: readonly { readonly injection: Injection; readonly actions: readonly FisAction[] }[],
  later: number,
): Plan {
  const targets: Record<string, unknown> = {};
  const waits: Record<string, unknown> = {};
  const faults: Record<string, unknown> = {};
  for (const [at, { injection, actions: own }] of planned.entries()) {
    const start = wholeSeconds(injection.atNs) + later;
    const wait = `wait-${start}s`;
    if (start > 0)
      waits[wait] = { actionId: "aws:fis:wait", parameters: { duration: duration(start) } };
    const seconds = holdsFor(injection);
    for (const [number, action] of own.entries()) {
      const target = fisTargetName(action.target);
      const { key, ...definition } = action.target;
      targets[target] = definition;
      const name = `fault-${at + 1}${own.length > 1 ? `-${number + 1}` : ""}`;
      faults[name] = {
        actionId: action.actionId,
        description: cut(injection.what),
        parameters: action.parameters(duration(seconds), seconds),
        targets: { [key]: target },
        ...(start > 0 ? { startAfter: [wait] } : {}),
      };
    }
  }
  return { targets, actions: { ...waits, ...faults }, waits: Object.keys(waits).length };
}

/** `PT1M30S`. */
function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  return `PT${minutes > 0 ? `${minutes}M` : ""}${rest > 0 || minutes === 0 ? `${rest}S` : ""}`;
}
