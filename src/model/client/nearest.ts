/**
 * The nodes of a shard as one client host would ask them: by round trip.
 *
 * Models: the order that zones and Regions give, which a client takes from its zone or measures once.
 * Leaves out: measuring anew, so added latency changes nothing.
 */
import type { Stream } from "../../kernel/streams.ts";

/** A node and its distance. */
export interface Distant {
  readonly node: number;
  readonly roundTripNs: number;
}

export class Nearest {
  private readonly order: readonly number[];
  /** How many of the first are equally near. */
  private readonly ties: number;

  constructor(nodes: readonly Distant[]) {
    const sorted = nodes.toSorted((a, b) => a.roundTripNs - b.roundTripNs || a.node - b.node);
    this.order = sorted.map(({ node }) => node);
    this.ties = sorted.filter(({ roundTripNs }) => roundTripNs === sorted[0]?.roundTripNs).length;
  }

  /** The node for an attempt from 1: the nearest first, drawn among equals, then each next one in turn. */
  node(attempt: number, stream: Stream): number {
    const { order, ties } = this;
    if (attempt === 1 && ties > 1) return order[stream.nextInt(ties)] as number;
    return order[(attempt - 1) % order.length] as number;
  }
}
