/** What each real node was and did over time, by its process and by its own words: lanes of the report. */
import type { Nanos } from "../base/nanos.ts";
import type { NodeRole, NodeState, NodeStateRecord } from "../journal/records.ts";
import type { TwinNode } from "./cluster.ts";

interface Seen {
  readonly role: NodeRole;
  readonly state: NodeState;
}

export class NodeStates {
  readonly records: NodeStateRecord[] = [];
  private readonly last = new Map<string, Seen>();

  /** @param cache - name of the one group */
  constructor(
    private readonly cache: string,
    private readonly now: () => Nanos,
  ) {}

  /** Looks at a node's process: one that ended or stands still gives no answer. */
  look(node: TwinNode): void {
    const role = this.last.get(node.id)?.role;
    if (role === undefined) return;
    if (!node.server.alive) this.note(node, { role, state: "down" }, "its process ended");
    else if (node.server.isPaused)
      this.note(node, { role, state: "paused" }, "its process stands still");
  }

  /**
   * It answered ROLE: `master` with its offset and replicas, or `slave` with its primary and the state of its link. And
   * CLUSTER INFO, if it has a cluster.
   */
  answered(node: TwinNode, role: readonly unknown[], clusterInfo: string | null): void {
    if (!node.server.alive || node.server.isPaused) return;
    const leads = String(role[0]) === "master";
    const seen = (state: NodeState, cause: string): void =>
      this.note(node, { role: leads ? "primary" : "replica", state }, cause);
    if (clusterInfo?.includes("cluster_state:fail")) seen("minority", "CLUSTER INFO: state fail");
    else if (!leads && String(role[3]) === "sync") seen("syncing", "ROLE: slave, sync");
    else seen("serving", `ROLE: ${leads ? "master" : "slave"}`);
  }

  private note(node: TwinNode, seen: Seen, cause: string): void {
    const before = this.last.get(node.id);
    if (before?.role === seen.role && before.state === seen.state) return;
    this.last.set(node.id, seen);
    this.records.push({
      kind: "node-state",
      // What it is at first it was from the start.
      at: before === undefined ? 0 : this.now(),
      cache: this.cache,
      node: node.id,
      shard: node.shard,
      ...seen,
      cause,
    });
  }
}
