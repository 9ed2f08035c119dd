/**
 * Invariants that no planted strategy breaks, for none of the model's choices could: here one act of the model itself is
 * replaced by a wrong one, and the invariant that watches it must see that from the journal alone.
 */
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ClientFleet } from "../src/model/client/client-fleet.ts";
import type { BusNode } from "../src/model/cluster/bus-node.ts";
import { Election } from "../src/model/cluster/election.ts";
import { Keyspace } from "../src/model/engine/redis/keyspace.ts";
import { RedisNode } from "../src/model/engine/redis/redis-node.ts";
import { Recorder } from "../src/model/recorder.ts";
import type { Result } from "../src/run/result.ts";
import { run } from "../src/run/simulation.ts";
import { loadScenario } from "../src/scenario/load.ts";

const FILE = "scenarios/explore/planted.yaml";
const TEXT = readFileSync(FILE, "utf8");
const CRASH = "method: [{ at: 12s, fault: node-crash, target: primary of cart/shard 1 }]\n";
const SOURCE = `${TEXT.slice(0, TEXT.indexOf("method:"))}${CRASH}${TEXT.slice(TEXT.indexOf("explore:"))}`;

function invariants(): Result["invariants"] {
  const resolved = loadScenario(SOURCE, { file: FILE, allowPlanted: false });
  return run(resolved, { source: SOURCE, sets: [], allowPlanted: false }).invariants;
}

type Method = (this: never, ...words: never[]) => unknown;

/** Replaces a method, private ones too, by what `wrong` makes of it. */
function breaks<Of extends object>(
  prototype: Of,
  name: string,
  wrong: (right: (...words: unknown[]) => unknown, words: readonly unknown[], self: Of) => unknown,
): void {
  const methods = prototype as unknown as Record<string, Method>;
  const right = methods[name] as Method;
  vi.spyOn(methods, name).mockImplementation(function (this: Of, ...words: unknown[]) {
    return wrong((...again) => Reflect.apply(right, this, again), words, this);
  } as Method);
}

/** What is done wrong, and what the invariant must say of it. */
const CASES: Readonly<Record<string, { readonly plant: () => void; readonly says: RegExp }>> = {
  "replica-never-ahead": {
    // A replica counts one byte more than it was sent. (One that is promoted would be refused as no fork of its primary.)
    plant: () =>
      breaks(RedisNode.prototype, "apply", (right, words, self) => {
        right(...words);
        if (self.id.startsWith("profile")) self.appliedOffset++;
      }),
    says: /^profile-00\d is at offset \d+, ahead of its primary \S+ at \d+ \(/,
  },
  "one-primary-per-epoch": {
    // The winner of an election leads under the epoch in which the old primary had the shard.
    plant: () =>
      breaks(Election.prototype, "winIfElected", (right, [member]) => {
        (member as BusNode).election.epoch = 1;
        right(member);
      }),
    says: /^cart-0001-001 and cart-0001-00[23] both claimed cart shard 1 epoch 1$/,
  },
  "acknowledged-writes-kept": {
    // Every node forgets what is written to one key in ten.
    plant: () =>
      breaks(Keyspace.prototype, "set", (right, words) => {
        if ((words[0] as number) % 10 !== 7) right(...words);
      }),
    says: /^key \d+: write \d+ at offset \d+ was acknowledged and in no lost history, but \S+ holds/,
  },
  "requests-conserved": {
    // A client reports the end of one request in a hundred twice.
    plant: () => {
      let ended = 0;
      breaks(ClientFleet.prototype, "writeRow", (right, words) => {
        right(...words);
        if (++ended % 100 === 0) right(...words);
      });
    },
    says: /^\S+ issued \d+ requests, but \d+ \+ \d+ \+ \d+ \+ \d+ ended and \d+ are open: \d+$/,
  },
  "rto-phases-add-up": {
    // Nobody writes down that a failover was decided.
    plant: () =>
      breaks(Recorder.prototype, "failover", (right, words) => {
        if (words[1] !== "failover-decided") right(...words);
      }),
    says: /^failover 1 of cart shard 1 was completed without a record and cause for each phase$/,
  },
};

describe("a model that is broken", () => {
  afterEach(() => vi.restoreAllMocks());

  it("is none where nothing is replaced", () => {
    expect(invariants().filter(({ verdict }) => verdict !== "pass")).toEqual([]);
  });

  it.each(Object.entries(CASES))("is seen by %s", (id, { plant, says }) => {
    plant();
    const seen = invariants().find((invariant) => invariant.id === id);
    expect(seen).toMatchObject({ verdict: "fail", reason: expect.stringMatching(says) });
  });
});
