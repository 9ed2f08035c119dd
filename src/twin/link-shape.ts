/** What a link between two names does to what is sent on it: delay, bandwidth, loss. Both directions alike, each for itself. */
import { Stream } from "../kernel/streams.ts";
import { type Loss, LossyPath } from "../model/network/lossy-path.ts";

/** Linux waits at least so long before it sends a lost packet again, and twice as long each time after. */
const RETRANSMIT_MS = 200;

export interface Delay {
  readonly ms: number;
  readonly jitterMs: number;
}

/** 0: from who connected; 1: back to it. */
export type Direction = 0 | 1;

export class LinkShape {
  private readonly delays: Delay[] = [];
  private readonly limits: number[] = [];
  private readonly lossy = [new LossyPath(), new LossyPath()] as const;
  private readonly stream: Stream;
  /** Until when each direction is busy with what was sent before, ms. */
  private readonly busyUntil = [0, 0];

  /** @param name - of the link: draws of loss hang on it */
  constructor(name: string) {
    this.stream = new Stream(`twin/loss/${name}`);
  }

  /** Returns what takes the delay away. */
  delay(delay: Delay): () => void {
    this.delays.push(delay);
    return () => void this.delays.splice(this.delays.indexOf(delay), 1);
  }

  /** Returns what takes the limit away; the lowest of all holds. */
  limit(bytesPerSecond: number): () => void {
    this.limits.push(bytesPerSecond);
    return () => void this.limits.splice(this.limits.indexOf(bytesPerSecond), 1);
  }

  /** Returns what takes the loss away. */
  lose(loss: Loss): () => void {
    for (const path of this.lossy) path.change(loss, 1);
    return () => {
      for (const path of this.lossy) path.change(loss, -1);
    };
  }

  /** When what is sent now arrives, ms. What is lost comes with its retransmission. */
  dueAt(now: number, bytes: number, direction: Direction): number {
    let due = now;
    if (this.limits.length > 0) {
      const msPerByte = 1000 / Math.min(...this.limits);
      due = Math.max(now, this.busyUntil[direction] as number) + bytes * msPerByte;
      this.busyUntil[direction] = due;
    }
    for (const { ms, jitterMs } of this.delays) due += ms + Math.random() * jitterMs;
    const path = this.lossy[direction];
    let again = RETRANSMIT_MS;
    while (path.share > 0 && path.loses(this.stream)) {
      due += again;
      again *= 2;
    }
    return due;
  }
}
