/** What targets mean at the moment of injection. */
import { expect, it } from "vitest";
import { observe } from "../fixtures/observe.ts";
import { at, group, resolved, ZONES } from "../fixtures/resolved.ts";

it("bindNodes() of a place is every node that stands there, and no client", () => {
  const cart = group({ shards: 2, replicas: 1 });
  const inZone = cart.shards.flatMap(({ nodes }) =>
    nodes.filter(({ zone }) => zone === ZONES[1]).map(({ id }) => id),
  );
  const all = cart.shards.flatMap(({ nodes }) => nodes.map(({ id }) => id));
  const { of } = observe(
    resolved({
      caches: [cart],
      method: [
        at(2, { fault: "node-pause", target: { kind: "zone", zone: ZONES[1] } }, 1, 0),
        at(
          5,
          { fault: "node-slow", target: { kind: "region", region: "us-east-1" }, factor: 2 },
          1,
          1,
        ),
      ],
    }),
  );
  expect(of("fault-injected").map(({ targets }) => targets)).toEqual([inZone, all]);
  expect(inZone).toHaveLength(2);
});

it("bindNodes() of `any` draws among the nodes that live, replicas and primaries alike", () => {
  const cart = group({ shards: 1, replicas: 1 });
  const [primary, replica] = cart.shards.flatMap(({ nodes }) => nodes.map(({ id }) => id));
  const drawn = Array.from({ length: 12 }, (_, i) => {
    const { of } = observe(
      resolved({
        seed: `any-${i}`,
        caches: [cart],
        method: [
          at(
            2,
            {
              fault: "node-crash",
              target: { kind: "replicas", cache: "cart", shard: null, share: 1 },
            },
            null,
            0,
          ),
          at(
            2.5,
            { fault: "node-pause", target: { kind: "any", cache: "cart", shard: null, count: 1 } },
            1,
            1,
          ),
        ],
      }),
    );
    return of("fault-injected").map(({ targets }) => targets);
  });
  for (const targets of drawn) expect(targets).toEqual([[replica], [primary]]);
});
