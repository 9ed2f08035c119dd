/**
 * A run's faults as a workflow of Chaos Mesh.
 *
 * All faults begin together as branches in parallel, and each waits in its branch until its own time, so that the times
 * are those of the scenario. Pods are found by the label `cachequake-host`, whose value is the name that the report
 * gives to a node, a sentinel, a client host (`orders.us-east-1a`) or an origin.
 *
 * Source: Chaos Mesh, "Create Chaos Mesh Workflow", and its API `chaos-mesh.org/v1alpha1`.
 */
import { Document } from "yaml";
import type { Nanos } from "../base/nanos.ts";
import { formatDuration } from "../base/units.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";
import { type Chaos, chaosOf, labelOf } from "./chaos-mesh-kinds.ts";
import type { Experiment, Remark } from "./experiment.ts";
import { remark, STEP } from "./experiment.ts";
import { hostsOf, type Injection, stepsOf } from "./injection.ts";

/** Names of what a workflow creates are its own with an addition, together at most 63 letters. */
const NAME_MAX = 50;

export function chaosMeshExperiment(
  resolved: ResolvedScenario,
  injections: readonly Injection[],
): Experiment {
  const hosts = hostsOf(resolved);
  const missing: Remark[] = stepsOf(resolved).map((fault) => ({ fault, word: STEP }));
  const different: Remark[] = [];
  const branches: Branch[] = [];
  for (const injection of injections) {
    const { what: fault } = injection;
    const expressed = chaosOf(injection, { resolved, hosts });
    if ("cannot" in expressed) missing.push({ fault, word: expressed.cannot });
    else {
      different.push(...remark(fault, expressed.differs));
      branches.push({ number: branches.length + 1, injection, chaos: expressed.actions });
    }
  }
  const faults = injections.length + stepsOf(resolved).length;
  const count = { tool: "Chaos Mesh", name: "chaos-mesh.yaml", faults } as const;
  if (branches.length === 0) return { ...count, expressed: 0, contents: null, missing, different };
  const workflow = {
    apiVersion: "chaos-mesh.org/v1alpha1",
    kind: "Workflow",
    metadata: { name: resolved.name.slice(0, NAME_MAX) },
    spec: {
      entry: "faults",
      templates: [
        {
          name: "faults",
          templateType: "Parallel",
          deadline: time(resolved.durationNs),
          children: branches.map(({ number }) => `fault-${number}`),
        },
        ...branches.flatMap((branch) => templatesOf(branch, resolved.durationNs)),
      ],
    },
  };
  const head = [
    `${resolved.name}, seed ${resolved.seed}: ${branches.length} of ${faults} faults and steps.`,
    ...missing.map(({ fault, word }) => `Not expressed: ${fault}: ${word}.`),
    ...different.map(({ fault, word }) => `Differs: ${fault}: ${word}.`),
    `Pods need the label cachequake-host: ${hosts.map(({ name }) => labelOf(name)).join(", ")}.`,
  ];
  const contents = `${head.map(asComment).join("")}${new Document(workflow, { aliasDuplicateObjects: false }).toString({ lineWidth: 110 })}`;
  return { ...count, expressed: branches.length, contents, missing, different };
}

interface Branch {
  /** From 1. */
  readonly number: number;
  readonly injection: Injection;
  readonly chaos: readonly Chaos[];
}

/** Durations as Go reads them. */
const time = (ns: Nanos): string => formatDuration(ns);

const asComment = (text: string): string => `# ${text.replace(/[\r\n\u2028\u2029]/g, " ")}\n`;

/** A branch: a wait, then the fault; what a fault consists of holds at the same time. */
function templatesOf({ number, injection, chaos }: Branch, durationNs: Nanos): unknown[] {
  const { atNs, forNs } = injection;
  const name = `fault-${number}`;
  const parts = chaos.map((_, at) =>
    chaos.length === 1 ? `${name}-holds` : `${name}-part-${at + 1}`,
  );
  const waits = atNs > 0;
  const serial = {
    name,
    templateType: "Serial",
    deadline: time(durationNs),
    children: [
      ...(waits ? [`${name}-waits`] : []),
      chaos.length === 1 ? parts[0] : `${name}-holds`,
    ],
  };
  return [
    serial,
    ...(waits ? [{ name: `${name}-waits`, templateType: "Suspend", deadline: time(atNs) }] : []),
    ...(chaos.length === 1
      ? []
      : [
          {
            name: `${name}-holds`,
            templateType: "Parallel",
            deadline: time(durationNs),
            children: parts,
          },
        ]),
    ...chaos.map(({ templateType, field, spec, holdsNs }, at) => {
      const holds = holdsNs ?? forNs;
      return {
        name: parts[at],
        templateType,
        ...(holds === null ? {} : { deadline: time(holds) }),
        [field]: spec,
      };
    }),
  ];
}
