/**
 * Arrivals as they were recorded: a trace of requests, each with its time, key, operation, size and TTL.
 *
 * Models: rows at their times, once or over and over; a surge that plays them faster.
 * Leaves out: which client sent a row (zones are drawn), sizes of values that a GET would have read elsewhere.
 */
import type { Nanos } from "../../base/nanos.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Issuer, Pace } from "./pace.ts";
import type { RecordedArrivals } from "./traffic-settings.ts";

export class Recorded implements Pace {
  /** The row that is issued now. */
  row = 0;
  private readonly kind: number;
  private readonly target: number;
  private factor = 1;

  constructor(
    name: string,
    private readonly arrivals: RecordedArrivals,
    private readonly issuer: Issuer,
    private readonly kernel: Kernel,
  ) {
    this.target = kernel.target(`traffic/${name}`);
    this.kind = kernel.kind(`arrival/${name}`, () => this.arrive());
  }

  start(): void {
    this.schedule(this.arrivals.trace.atNs[0] as Nanos);
  }

  requestEnded(): void {}

  surged(factor: number): void {
    this.factor = factor;
  }

  private arrive(): void {
    this.issuer.issue();
    const { trace, loops, periodNs } = this.arrivals;
    const at = trace.atNs[this.row] as Nanos;
    this.row++;
    if (this.row < trace.atNs.length) this.schedule((trace.atNs[this.row] as Nanos) - at);
    else if (loops) {
      this.row = 0;
      this.schedule(periodNs - at + (trace.atNs[0] as Nanos));
    }
  }

  private schedule(gapNs: Nanos): void {
    const due = this.kernel.now + Math.round(gapNs / this.factor);
    if (due <= Number.MAX_SAFE_INTEGER) this.kernel.schedule(due, this.kind, this.target, 0, 0);
  }
}
