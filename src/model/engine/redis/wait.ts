/**
 * Writes whose replies wait for replicas: SET followed by WAIT on one connection, as one command.
 *
 * Models: the reply leaves when so many followers have acknowledged the write, or at the timeout with fewer; followers
 * acknowledge at once, because the primary asks them (REPLCONF GETACK). The primary serves others meanwhile.
 * Leaves out: acknowledgements of an earlier write that make WAIT return at once, one GETACK for several waiters.
 * Source: valkey 8.0.1 replication.c:4314-4345, server.c:1668.
 */
import { invariant } from "../../../base/invariant.ts";
import { MILLISECOND, type Nanos } from "../../../base/nanos.ts";
import type { Kernel } from "../../../kernel/kernel.ts";
import { type Frames, STATUS_UNACKNOWLEDGED } from "../../network/frames.ts";
import type { Network } from "../../network/network.ts";
import type { RedisNode } from "./redis-node.ts";

/** How often a wait whose followers are late is looked at again. */
const LOOK_EVERY: Nanos = 5 * MILLISECOND;

interface Waiting {
  readonly node: RedisNode;
  readonly incarnation: number;
  readonly frame: number;
  readonly offset: number;
  readonly history: number;
  readonly replicas: number;
  readonly deadline: Nanos;
}

export class WaitingReplies {
  private readonly kind: number;
  private readonly waiting: (Waiting | undefined)[] = [];
  private readonly free: number[] = [];

  constructor(
    private readonly kernel: Kernel,
    private readonly network: Network,
    private readonly frames: Frames,
    private readonly nodes: readonly RedisNode[],
    /** Sends a reply that leaves its node now. */
    private readonly sendReply: (frame: number) => void,
  ) {
    this.kind = kernel.kind("wait-look", (target, slot) => this.look(target, slot));
  }

  /** Holds the reply to a write that ended at `done` in the stream's `offset`. */
  hold(node: RedisNode, target: number, frame: number, done: Nanos, offset: number): void {
    const replicas = this.frames.waitReplicas[frame] as number;
    const deadline = done + (this.frames.waitNs[frame] as number);
    const slot = this.free.pop() ?? this.waiting.length;
    const { incarnation, history } = node;
    this.waiting[slot] = { node, incarnation, frame, offset, history, replicas, deadline };
    const times = this.followersOf(node).map((follower) => {
      const back = this.network.meanOneWayNs(follower.host, node.host);
      return (follower.link?.arrivalOf(done) ?? deadline) + back;
    });
    times.sort((a, b) => a - b);
    const expected = times[replicas - 1] ?? deadline;
    this.kernel.schedule(Math.max(done, Math.min(expected, deadline)), this.kind, target, slot, 0);
  }

  private look(target: number, slot: number): void {
    const waiting = this.waiting[slot];
    invariant(waiting !== undefined, "a wait is looked at while it lasts", { slot });
    const { node, frame, offset, replicas, deadline } = waiting;
    const { now } = this.kernel;
    if (node.incarnation !== waiting.incarnation || !node.alive) {
      this.frames.release(frame);
      this.end(slot);
      return;
    }
    let acknowledged = 0;
    for (const follower of this.followersOf(node)) {
      if (node.history === waiting.history && follower.offsetAt(now) >= offset) acknowledged++;
    }
    if (node.paused || (acknowledged < replicas && now < deadline)) {
      const next = node.paused ? now + LOOK_EVERY : Math.min(now + LOOK_EVERY, deadline);
      this.kernel.schedule(next, this.kind, target, slot, 0);
      return;
    }
    if (acknowledged < replicas) this.frames.status[frame] = STATUS_UNACKNOWLEDGED;
    this.end(slot);
    this.sendReply(frame);
  }

  private end(slot: number): void {
    this.waiting[slot] = undefined;
    this.free.push(slot);
  }

  private followersOf(node: RedisNode): RedisNode[] {
    return this.nodes.filter(({ link }) => link !== null && link.source === node);
  }
}
