import { expect, test } from "vitest";
import { SECOND } from "../../src/base/nanos.ts";
import type { Trigger } from "../../src/faults/contract.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { laterBy } from "../../src/twin/simulated.ts";
import { scenarioText } from "../fixtures/words.ts";

const triggersOf = (method: string, ns: number): readonly Trigger[] => {
  const resolved = loadScenario(`${scenarioText({})}method: ${method}\n`, { file: "later.yaml" });
  const later = laterBy(ns, resolved);
  expect(later.durationNs).toBe(resolved.durationNs + ns);
  expect(later.traffic).toEqual(resolved.traffic);
  return later.method.map(({ trigger }) => trigger);
};

test("laterBy() moves all that happens at a time, and what follows something else not", () => {
  const crash = "fault: node-pause, target: primary of cart/shard 1";
  const method = `
  - { at: 1s, ${crash}, for: 1s }
  - { every: 3s, from: 2s, times: 2, ${crash}, for: 1s }
  - { random: { from: 1s, until: 9s, meanGap: 2s, meanFor: 1s }, ${crash} }
  - { after: { fault: node-pause, delay: 1s }, ${crash}, for: 1s, allowEmpty: true }`;
  const half = SECOND / 2;
  expect(triggersOf(method, half)).toEqual(
    triggersOf(method, 0).map((trigger) => {
      if (trigger.kind === "at") return { ...trigger, atNs: trigger.atNs + half };
      if (trigger.kind === "every") return { ...trigger, firstNs: trigger.firstNs + half };
      if (trigger.kind === "random")
        return { ...trigger, fromNs: trigger.fromNs + half, untilNs: trigger.untilNs + half };
      return trigger;
    }),
  );
});
