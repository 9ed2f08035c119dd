/** Gives a group its sentinels, and wires what they do to what happens to its nodes. */
import { Sentinel } from "../../sentinel/sentinel.ts";
import type { SentinelSettings } from "../../sentinel/sentinel-settings.ts";
import { Sentinels } from "../../sentinel/sentinels.ts";
import type { Group, GroupShard } from "../../service/group.ts";
import type { SelfManaged } from "../../service/self-managed.ts";
import type { World } from "../../world.ts";

/** @param hosts - of the sentinels, in order */
export function attachSentinels(
  world: World,
  settings: SentinelSettings,
  group: Group,
  keeper: SelfManaged,
  hosts: readonly number[],
): void {
  const { kernel, recorder } = world;
  const { nodes } = group.shards[0] as GroupShard;
  const counts = { nodes: nodes.length, sentinels: settings.processes.length };
  const all = settings.processes.map(
    ({ id, zone }, at) =>
      new Sentinel(id, at, hosts[at] as number, world.hosts.zoneIndex(zone), counts),
  );
  const sentinels = new Sentinels(
    kernel,
    world.network,
    settings,
    nodes,
    all,
    {
      said(sentinel, event, subject) {
        recorder.write({
          kind: "sentinel-event",
          at: kernel.now,
          cache: group.name,
          sentinel: sentinel.id,
          event,
          subject,
        });
      },
      objectivelyDown: (primary, by) => keeper.objectivelyDown(primary, by),
      selected: (replica, by) => keeper.selected(replica, by),
      aborted: () => keeper.aborted(),
      promoted: (replica, configEpoch, by) => keeper.promoted(replica, configEpoch, by),
      switched(sentinel, primary) {
        world.discovery.announce(group, sentinel, primary.index);
      },
      toldToFollow: (node, upstream) => keeper.toldToFollow(node, upstream),
    },
    group.name,
  );
  group.sentinels = sentinels;
  group.observers = all.map(({ host }) => host);
  keeper.supervise(all);
  sentinels.start();
}
