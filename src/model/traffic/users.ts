/**
 * Closed-loop traffic: a fixed number of users, each with one request at a time.
 *
 * Models: a time to think between the end of a request, whatever its outcome, and the user's next one; users that begin
 * at different moments of their first thought; a surge that shortens thoughts; users who find no client host alive and
 * think again.
 * Leaves out: users who give up, sessions that begin and end, a user's own keys.
 */
import type { Kernel } from "../../kernel/kernel.ts";
import { createSampler, type Sampler } from "../../kernel/sampler.ts";
import type { Stream } from "../../kernel/streams.ts";
import type { Issuer, Pace } from "./pace.ts";
import type { Arrivals } from "./traffic-settings.ts";

export class Users implements Pace {
  private readonly kind: number;
  private readonly target: number;
  private readonly stream: Stream;
  private readonly thinkTime: Sampler;
  private factor = 1;

  constructor(
    name: string,
    private readonly arrivals: Arrivals & { readonly kind: "users" },
    private readonly issuer: Issuer,
    private readonly kernel: Kernel,
  ) {
    const of = `traffic/${name}`;
    this.stream = kernel.streams.stream(of, "think-time");
    this.thinkTime = createSampler(arrivals.thinkTime);
    this.target = kernel.target(of);
    this.kind = kernel.kind(`user/${name}`, () => this.act());
  }

  start(): void {
    for (let user = 0; user < this.arrivals.users; user++) this.think(this.stream.next());
  }

  /** Users are alike: which of them it was does not matter. */
  requestEnded(): void {
    this.think(1);
  }

  surged(factor: number): void {
    this.factor = factor;
  }

  private act(): void {
    if (!this.issuer.issue()) this.think(1);
  }

  /** The user acts after a share of a thought. */
  private think(share: number): void {
    const ns = (share * this.thinkTime.sample(this.stream)) / this.factor;
    // At least 1 ns, so that time goes on for a user whose requests fail at once.
    const due = this.kernel.now + Math.max(1, Math.round(ns));
    if (due <= Number.MAX_SAFE_INTEGER) this.kernel.schedule(due, this.kind, this.target, 0, 0);
  }
}
