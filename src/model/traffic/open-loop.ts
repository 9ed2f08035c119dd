/**
 * Open-loop arrivals: a Poisson process of a constant or changing rate.
 *
 * Models: arrivals that do not wait for answers; steps, ramps and daily curves.
 * Leaves out: arrivals in bursts beyond Poisson's.
 */
import { SECOND } from "../../base/nanos.ts";
import type { Kernel, Lane } from "../../kernel/kernel.ts";
import type { Stream } from "../../kernel/streams.ts";
import { curveOf } from "./offered-rate.ts";
import type { Issuer, Pace } from "./pace.ts";
import type { RateCurve } from "./rate-curve.ts";
import type { Arrivals } from "./traffic-settings.ts";

export class OpenLoop implements Pace {
  /** Of one event at most: cheaper than the queue. */
  private readonly lane: Lane;
  private readonly target: number;
  private readonly stream: Stream;
  private readonly perSecond: number;
  /** Null for a constant rate. */
  private readonly curve: RateCurve | null;
  private meanGapNs: number;
  private factor = 1;

  constructor(
    name: string,
    arrivals: Arrivals,
    private readonly issuer: Issuer,
    private readonly kernel: Kernel,
  ) {
    const of = `traffic/${name}`;
    this.stream = kernel.streams.stream(of, "arrivals");
    this.curve = curveOf(arrivals);
    this.perSecond = arrivals.kind === "constant" ? arrivals.perSecond : 1;
    this.meanGapNs = SECOND / this.perSecond;
    this.target = kernel.target(of);
    this.lane = kernel.lane(kernel.kind(`arrival/${name}`, () => this.arrive()));
  }

  start(): void {
    this.scheduleNext();
  }

  requestEnded(): void {}

  surged(factor: number): void {
    this.factor = factor;
    this.meanGapNs = SECOND / (this.perSecond * factor);
  }

  private arrive(): void {
    this.issuer.issue();
    this.scheduleNext();
  }

  private scheduleNext(): void {
    const { kernel, curve } = this;
    const amount = this.stream.exponential();
    const gap = Math.round(
      curve === null ? amount * this.meanGapNs : curve.gap(kernel.now, amount / this.factor),
    );
    if (kernel.now + gap <= Number.MAX_SAFE_INTEGER) this.lane.postAfter(gap, this.target, 0, 0);
  }
}
