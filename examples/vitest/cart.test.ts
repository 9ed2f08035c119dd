import { readFileSync } from "node:fs";
import { schedules, simulate, topologies } from "cachequake";
import "cachequake/vitest";
import fc from "fast-check";
import { expect, test } from "vitest";

const file = "cart.yaml";
const cart = { file, source: readFileSync(new URL(file, import.meta.url), "utf8") };

test("a crashed primary costs no acknowledged write, and five seconds at most", () => {
  const crash = { at: "10s", fault: "node-crash", target: "primary of cart/shard 1" };
  const simulated = simulate(cart, { faults: [crash], sets: [] });
  expect(simulated).toLoseNoAcknowledgedWrites();
  expect(simulated).toRecoverWithin("5s");
});

test("no schedule within the budget keeps the shop from its promise", { timeout: 60_000 }, () => {
  const property = fc.property(schedules(cart), (schedule) => {
    expect(simulate(cart, schedule)).toMeetSlo();
  });
  fc.assert(property, { seed: 1, numRuns: 40 });
});

test("nor does any size of the group without faults", { timeout: 60_000 }, () => {
  const property = fc.property(topologies(cart, "cart"), (sets) => {
    expect(simulate(cart, { faults: [], sets })).toMeetSlo();
  });
  fc.assert(property, { seed: 1, numRuns: 6 });
});
