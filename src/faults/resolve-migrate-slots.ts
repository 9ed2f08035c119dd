/** Reads the step that moves slots to another shard. */

import { MILLISECOND, SECOND } from "../base/nanos.ts";
import { listWithNearest } from "../base/nearest-word.ts";
import { parseDuration, parsePercentage } from "../base/units.ts";
import { HASH_SLOTS } from "../model/engine/redis/slots.ts";
import type { Reading } from "../model/kinds/contract.ts";
import type { StepSettings } from "./contract.ts";
import type { MethodWorld } from "./method-world.ts";
import type { MigrateSlotsWords } from "./words.gen.ts";

export function resolveMigrateSlots(
  words: MigrateSlotsWords,
  world: MethodWorld,
  reading: Reading,
): StepSettings | null {
  const wrong = (path: string, found: string, expected: string): null => {
    reading.problem({ path: [path], found, expected });
    return null;
  };
  const cache = world.caches.find(({ name }) => name === words.cache);
  if (world.unread.includes(words.cache)) return null;
  if (cache === undefined) {
    const names = listWithNearest(
      world.caches.map(({ name }) => name),
      words.cache,
    );
    return wrong("cache", `is "${words.cache}"`, `one of the caches: ${names}`);
  }
  const shards = cache.shards.length;
  if (cache.clusterMode !== "enabled" || shards < 2)
    return wrong(
      "cache",
      `is "${cache.name}", which has one shard`,
      "a cache with clusterMode: enabled and two shards at least",
    );
  const members = world.datastores.flatMap((store) => [store.primary, ...store.secondaries]);
  if (members.includes(cache.name))
    return wrong(
      "cache",
      `is "${cache.name}", a member of a Global Datastore`,
      "a cache of its own: slots of a datastore's members do not move in this version",
    );
  const { shard = 1, to } = words;
  if (shard > shards)
    return wrong("shard", `is ${shard}`, `a shard of ${cache.name}: 1 to ${shards}`);
  if (to > shards || to === shard)
    return wrong("to", `is ${to}`, `another shard of ${cache.name}: 1 to ${shards}`);
  for (const trigger of ["every", "random"] as const)
    if (words[trigger] !== undefined)
      return wrong(trigger, "is given", "at, when or after: such a step is taken once");
  if (world.moves.some((of) => of.cache === cache.name && [of.shard, of.to].includes(shard)))
    return wrong(
      "shard",
      `is ${shard}, whose slots another step moves`,
      "a shard that no other step takes slots from or brings slots to",
    );
  if (world.moves.some((of) => of.cache === cache.name && of.shard === to))
    return wrong("to", `is ${to}, whose slots another step moves`, "a shard that gives no slots");
  const share = words.share === undefined ? 0.5 : (parsePercentage(words.share) ?? 0);
  const firstSlot = Math.ceil(((shard - 1) * HASH_SLOTS) / shards);
  const own = Math.ceil((shard * HASH_SLOTS) / shards) - firstSlot;
  const slots = Math.round(share * own);
  if (slots < 1 || slots >= own)
    return wrong("share", `is "${words.share}"`, `a part of the shard's ${own} slots, not all`);
  const retryAfterNs =
    words.retryAfter === undefined ? SECOND : (parseDuration(words.retryAfter) ?? 0);
  if (retryAfterNs < MILLISECOND)
    return wrong("retryAfter", `is "${words.retryAfter}"`, "1ms at least");
  world.moves.push({ cache: cache.name, shard, to });
  return { step: "migrate-slots", cache: cache.name, shard, to, firstSlot, slots, retryAfterNs };
}
