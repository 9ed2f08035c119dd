/** Watches the servers every 20 ms: when a failure was agreed, and who was promoted when. */
import type { Nanos } from "../base/nanos.ts";
import { parseClusterNodes, type TwinNode } from "./cluster.ts";
import { NodeStates } from "./node-states.ts";
import { type TwinSentinel, watchedBy } from "./sentinel-group.ts";

export const POLL_MS = 20;
/** Nodes that sentinels watch are asked in every fifth poll: nothing but their lanes goes by the answers. */
const POLLS_PER_ROLE = 5;

/** One failover of one shard, as it was seen. */
export interface SeenFailover {
  /** From 1. */
  readonly shard: number;
  readonly fromNode: string;
  /** When the fault struck. */
  readonly startedAt: Nanos;
  detectedAt: Nanos | null;
  promotedAt: Nanos | null;
  toNode: string | null;
  /** The old primary answered again before anybody was promoted. */
  abandonedAt: Nanos | null;
}

export class Observer {
  readonly failovers: SeenFailover[] = [];
  readonly states: NodeStates;
  /** By shard, from 1: who leads. */
  private readonly leaders = new Map<number, TwinNode>();
  /** What each node, or each sentinel, said last: its role, or the primary. */
  private readonly roles = new Map<string, string>();
  private readonly asked = new Set<string>();
  private readonly away = new Set<string>();
  private polls = 0;
  private timer: NodeJS.Timeout | null = null;
  private readonly answeredAt = new Map<string, Nanos>();
  private readonly gaps: Nanos[] = [];

  constructor(
    private readonly nodes: readonly TwinNode[],
    private readonly now: () => Nanos,
    /** Those that fail the group over, none where the nodes do it themselves; and the group's name. */
    private readonly watchers: {
      readonly sentinels: readonly TwinSentinel[];
      readonly group: string;
    },
  ) {
    this.states = new NodeStates(watchers.group, now);
    for (const node of nodes) if (!this.leaders.has(node.shard)) this.leaders.set(node.shard, node);
  }

  start(): void {
    this.timer = setInterval(() => {
      const { sentinels } = this.watchers;
      for (const sentinel of sentinels) void this.pollSentinel(sentinel);
      const rolesToo = this.polls++ % POLLS_PER_ROLE === 0;
      for (const node of this.nodes) {
        this.states.look(node);
        if (sentinels.length === 0) void this.poll(node);
        else if (rolesToo) void this.pollRole(node);
      }
    }, POLL_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  /** Time between two answers of a node that no fault kept from answering: 99 of 100 times it was no longer. */
  get gapNs(): Nanos {
    const sorted = this.gaps.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length * 0.99)] ?? 0;
  }

  leaderOf(shard: number): TwinNode {
    return this.leaders.get(shard) as TwinNode;
  }

  /** A fault took these nodes from the others: they are not asked about failures, and their shards need a primary. */
  struck(nodes: readonly TwinNode[]): void {
    for (const node of nodes) {
      this.away.add(node.id);
      if (this.leaderOf(node.shard) !== node || this.openOf(node.shard) !== undefined) continue;
      this.failovers.push({
        shard: node.shard,
        fromNode: node.id,
        startedAt: this.now(),
        detectedAt: null,
        promotedAt: null,
        toNode: null,
        abandonedAt: null,
      });
    }
  }

  /** These nodes are back among the others. */
  returned(nodes: readonly TwinNode[]): void {
    for (const node of nodes) {
      this.away.delete(node.id);
      const open = this.openOf(node.shard);
      if (open?.fromNode === node.id) open.abandonedAt = this.now();
    }
  }

  private openOf(shard: number): SeenFailover | undefined {
    return this.failovers.find(
      (failover) =>
        failover.shard === shard && failover.promotedAt === null && failover.abandonedAt === null,
    );
  }

  /** Asks a node, unless it still owes an answer. */
  private async poll(node: TwinNode): Promise<void> {
    if (this.asked.has(node.id) || !node.server.alive) return;
    this.asked.add(node.id);
    try {
      const [known, role, info] = await Promise.all([
        node.admin.call("CLUSTER", "NODES"),
        node.admin.call("ROLE"),
        node.admin.call("CLUSTER", "INFO"),
      ]);
      if (this.timer === null) return;
      this.answered(node);
      if (!this.away.has(node.id)) this.sawNodes(String(known));
      this.sawRole(node, String((role as unknown[])[0]));
      this.states.answered(node, role as unknown[], String(info));
    } catch {
      // It died; the others say what follows from that.
    } finally {
      this.asked.delete(node.id);
    }
  }

  /** Asks a node that sentinels watch what it is: its lane alone goes by that. */
  private async pollRole(node: TwinNode): Promise<void> {
    if (this.asked.has(node.id) || !node.server.alive) return;
    this.asked.add(node.id);
    try {
      const role = (await node.admin.call("ROLE")) as unknown[];
      if (this.timer !== null) this.states.answered(node, role, null);
    } catch {
      // It died, which its process tells.
    } finally {
      this.asked.delete(node.id);
    }
  }

  /** Asks a sentinel whether a quorum found the primary down, and which node it answers clients with. */
  private async pollSentinel(sentinel: TwinSentinel): Promise<void> {
    if (this.asked.has(sentinel.id) || !sentinel.server.alive) return;
    this.asked.add(sentinel.id);
    const { group } = this.watchers;
    try {
      const [known, address] = await Promise.all([
        watchedBy(sentinel.admin, group),
        sentinel.admin.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", group),
      ]);
      if (this.timer === null) return;
      this.answered(sentinel);
      const open = this.openOf(1);
      if (open !== undefined && known.get("flags")?.includes("o_down"))
        open.detectedAt ??= this.now();
      this.sawPrimary(sentinel, Number((address as string[])[1]));
    } catch {
      // It owes its answer to a fault; the other sentinels say what follows.
    } finally {
      this.asked.delete(sentinel.id);
    }
  }

  /** A sentinel that names another primary than before leads the failover, or follows the one that does. */
  private sawPrimary(sentinel: TwinSentinel, port: number): void {
    const node = this.nodes.find(({ server }) => server.announced.port === port);
    const before = this.roles.get(sentinel.id);
    if (node === undefined) return;
    this.roles.set(sentinel.id, node.id);
    if (before === undefined || before === node.id || this.leaderOf(1) === node) return;
    this.promoted(node);
  }

  private answered({ id }: { readonly id: string }): void {
    const at = this.now();
    const before = this.answeredAt.get(id);
    if (before !== undefined && !this.away.has(id)) this.gaps.push(at - before);
    this.answeredAt.set(id, at);
  }

  private sawNodes(text: string): void {
    for (const { busId, flags } of parseClusterNodes(text)) {
      if (!flags.includes("fail")) continue;
      const node = this.nodes.find((candidate) => candidate.busId === busId);
      const open = node === undefined ? undefined : this.openOf(node.shard);
      if (open !== undefined && open.fromNode === node?.id) open.detectedAt ??= this.now();
    }
  }

  private sawRole(node: TwinNode, role: string): void {
    const before = this.roles.get(node.id);
    this.roles.set(node.id, role);
    if (role === "master" && before === "slave") this.promoted(node);
  }

  private promoted(node: TwinNode): void {
    const at = this.now();
    const open = this.openOf(node.shard);
    this.leaders.set(node.shard, node);
    if (open === undefined) return;
    open.detectedAt ??= at;
    open.promotedAt = at;
    open.toNode = node.id;
  }
}
