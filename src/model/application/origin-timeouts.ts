/**
 * How long an application waits for its origin.
 *
 * Models: a request that fails when the origin has not answered in time; the origin works on it all the same.
 * Leaves out: a second try at the origin, cancelling what nobody waits for.
 */
import type { Nanos } from "../../base/nanos.ts";
import type { Kernel, Lane } from "../../kernel/kernel.ts";
import { STAGE_ORIGIN } from "../client/requests.ts";

export interface WaitingRequests {
  readonly stage: Uint8Array;
  readonly generation: Int32Array;
}

export class OriginTimeouts {
  private readonly lane: Lane;
  private readonly target: number;

  constructor(
    name: string,
    private readonly timeoutNs: Nanos,
    private readonly requests: WaitingRequests,
    kernel: Kernel,
    timedOut: (request: number) => void,
  ) {
    this.target = kernel.target(`traffic/${name}`);
    const kind = kernel.kind(`origin-timeout/${name}`, (_t, request, generation) => {
      const waits = this.requests.stage[request] === STAGE_ORIGIN;
      if (waits && this.requests.generation[request] === generation) timedOut(request);
    });
    this.lane = kernel.lane(kind);
  }

  /** A request asks the origin now. */
  start(request: number): void {
    const { requests } = this;
    this.lane.postAfter(
      this.timeoutNs,
      this.target,
      request,
      requests.generation[request] as number,
    );
  }
}
