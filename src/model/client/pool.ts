/**
 * Connections of one client host to one node.
 *
 * Models: requests that wait for a connection in order of arrival; connections opened while some wait, up to the limit.
 * Leaves out: a least number of idle ones, and their closing after a time; pools that refuse at their limit instead of
 * letting wait, as redis-py does.
 */
import type { Nanos } from "../../base/nanos.ts";
import type { Pipeline } from "./pipeline.ts";

export const CONNECTION_CLOSED = 0;
export const CONNECTION_CONNECTING = 1;
export const CONNECTION_IDLE = 2;
export const CONNECTION_BUSY = 3;
/** TCP's handshake is done; those of TLS and AUTH are not. */
export const CONNECTION_SETTING_UP = 4;

export class Pool {
  /** Connections that take another command. */
  readonly idle: number[] = [];
  open = 0;
  connecting = 0;
  waiting = 0;
  waitHead = -1;
  waitTail = -1;
  /** Connection attempts that failed in a row, and since when the node could not be reached; Infinity while it can. */
  failures = 0;
  failingSince: Nanos = Number.POSITIVE_INFINITY;
  /** The next answer is the first since the client lost its connections to the node, or learnt of it. */
  awaitsAnswer = false;

  constructor(
    readonly client: number,
    readonly node: number,
    /** Its connections have a `Pipeline` each. */
    readonly pipelined: boolean,
  ) {}
}

/** All connections of a run, in columns. */
export class Connections {
  readonly state: number[] = [];
  readonly generation: number[] = [];
  readonly pool: Pool[] = [];
  readonly request: number[] = [];
  readonly serverIncarnation: number[] = [];
  readonly timer: number[] = [];
  /** Steps of the set-up that are done. */
  readonly step: number[] = [];
  /** What is in flight, where the pool is pipelined. */
  readonly pipeline: (Pipeline | undefined)[] = [];
  private readonly free: number[] = [];

  allocate(pool: Pool): number {
    const connection = this.free.pop() ?? this.state.length;
    this.state[connection] = CONNECTION_CONNECTING;
    this.generation[connection] = (this.generation[connection] ?? 0) + 1;
    this.pool[connection] = pool;
    this.request[connection] = -1;
    this.serverIncarnation[connection] = -1;
    this.timer[connection] = -1;
    this.step[connection] = 0;
    return connection;
  }

  release(connection: number): void {
    this.state[connection] = CONNECTION_CLOSED;
    this.generation[connection] = (this.generation[connection] as number) + 1;
    this.free.push(connection);
  }
}
