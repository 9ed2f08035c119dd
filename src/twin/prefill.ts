import { createSampler } from "../kernel/sampler.ts";
import { Streams } from "../kernel/streams.ts";
import { KeyMap } from "../model/client/key-map.ts";
import type { ReplicationGroupSettings } from "../model/kinds/replication-group-settings.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";
import type { TwinNode } from "./cluster.ts";
import { valueWith } from "./executions.ts";
import { keyName } from "./key-name.ts";

const BATCH = 500;

/** Writes the keys that are there at the start: of the sizes that traffic writes, their remaining TTLs spread evenly. */
export async function prefill(
  { traffic, seed }: ResolvedScenario,
  { prefill: share, shards }: ReplicationGroupSettings,
  nodes: readonly TwinNode[],
): Promise<void> {
  if (share === 0 || traffic.length === 0) return;
  const count = Math.max(...traffic.map(({ keys: { first: at, count: size } }) => at + size));
  const stream = new Streams(seed).stream("twin", "prefill");
  const writers = traffic.map(({ keys: { first, count: own, valueSize, ttlNs } }) => ({
    first,
    end: first + own,
    sizes: createSampler(valueSize),
    ttlNs,
  }));
  const keys = new KeyMap(count, shards.length);
  const pipelines = shards.map(({ nodes: [primary] }) => {
    const { admin } = nodes.find(({ id }) => id === primary?.id) as TwinNode;
    return { admin, batch: admin.pipeline() };
  });
  for (let key = 0; key < count; key++) {
    if (share < 1 && stream.next() >= share) continue;
    const writer = writers.find(({ first, end }) => key >= first && key < end);
    if (writer === undefined) continue;
    const { sizes, ttlNs } = writer;
    const pipeline = pipelines[keys.shardOf(key)] as (typeof pipelines)[number];
    const value = valueWith(0, Math.round(sizes.sample(stream)));
    const name = keyName(key, count);
    if (ttlNs === null) pipeline.batch.set(name, value);
    else pipeline.batch.set(name, value, "PX", Math.ceil(((1 - stream.next()) * ttlNs) / 1e6));
    if (pipeline.batch.length < BATCH) continue;
    await pipeline.batch.exec();
    pipeline.batch = pipeline.admin.pipeline();
  }
  for (const { batch } of pipelines) await batch.exec();
}
