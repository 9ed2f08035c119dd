/**
 * Loss on one path, in bursts: a chain of two states, in one of which every message is lost.
 *
 * Models: the share of lost messages and the mean length of a burst, in messages.
 * Leaves out: bursts by time instead of by message.
 * Source: Gilbert, "Capacity of a Burst-Noise Channel", 1960.
 */
import { invariant } from "../../base/invariant.ts";
import type { Stream } from "../../kernel/streams.ts";

export interface Loss {
  /** Share of lost messages, above 0 and below 1. */
  readonly share: number;
  /** Mean number of messages lost in a row, at least 1. */
  readonly burst: number;
}

export class LossyPath {
  private readonly instances: Loss[] = [];
  private bad = false;
  /** Share of lost messages of all instances together, taken as independent. */
  share = 0;
  private burst = 1;

  change(loss: Loss, by: 1 | -1): void {
    if (by === 1) this.instances.push(loss);
    else {
      const at = this.instances.findIndex(
        ({ share, burst }) => share === loss.share && burst === loss.burst,
      );
      invariant(at >= 0, "loss is taken away once", { share: loss.share });
      this.instances.splice(at, 1);
    }
    const kept = this.instances.reduce((product, { share }) => product * (1 - share), 1);
    this.share = this.instances.length === 0 ? 0 : 1 - kept;
    this.burst = Math.max(1, ...this.instances.map(({ burst }) => burst));
  }

  /** What all instances come to. */
  asLoss(): Loss {
    return { share: this.share, burst: this.burst };
  }

  /** Whether the next message is lost. */
  loses(stream: Stream): boolean {
    const leaves = 1 / this.burst;
    const enters = Math.min(1, (this.share * leaves) / (1 - this.share));
    this.bad = stream.next() < (this.bad ? 1 - leaves : enters);
    return this.bad;
  }
}
