/**
 * Losses on a stream of segments that is read in order: how much later one arrives because TCP sent it again.
 *
 * Models: timeouts that double, and the fast retransmission that the third segment after a lost one brings about, for its
 * first loss; bursts as on a path's messages, with a chain of its own, so that it matters not when the stream is looked at.
 * Leaves out: selective acknowledgements, tail loss probes, losses of the segments that call for a fast retransmission,
 * the congestion window, segments of one entry that are lost apart.
 * Source: RFC 6298; RFC 5681, section 3.2.
 */
import type { Nanos } from "../../base/nanos.ts";
import type { Stream } from "../../kernel/streams.ts";
import { type Loss, LossyPath } from "./lossy-path.ts";

/** A fast retransmission waits for so many duplicate acknowledgements. */
export const DUPLICATE_ACKS = 3;
/** TCP gives a connection up after about 15 timeouts; what is lost so often arrives then. */
const LOSSES_MAX = 10;

export class SegmentLoss {
  private readonly path = new LossyPath();

  constructor(
    private readonly loss: Loss,
    private readonly stream: Stream,
    private readonly timeoutNs: Nanos,
  ) {
    this.path.change(loss, 1);
  }

  isAs({ loss }: SegmentLoss): boolean {
    return loss.share === this.loss.share && loss.burst === this.loss.burst;
  }

  /** How often the next segment is lost. */
  draw(): number {
    let losses = 0;
    while (losses < LOSSES_MAX && this.path.loses(this.stream)) losses++;
    return losses;
  }

  /**
   * From the first sending of a segment that was lost so often to the one that arrives, ns.
   *
   * @param duplicatesAfterNs - from its sending to the third duplicate acknowledgement; Infinity for none
   */
  sentAgainAfterNs(losses: number, duplicatesAfterNs: Nanos): Nanos {
    if (losses === 0) return 0;
    const isFast = duplicatesAfterNs < this.timeoutNs;
    // What duplicates did not bring about waits for a timeout: t, 2 t, 4 t ... from the sending before.
    const timeouts = isFast ? losses - 1 : losses;
    return (isFast ? duplicatesAfterNs : 0) + this.timeoutNs * ((1 << timeouts) - 1);
  }
}
