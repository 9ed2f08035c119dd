/** Open requests in columns; a slot is reused when its request has ended. */
import type { Nanos } from "../../base/nanos.ts";

export const STAGE_FREE = 0;
/** An attempt waits for a connection. */
export const STAGE_WAITING = 1;
/** An attempt is on its way. */
export const STAGE_IN_FLIGHT = 2;
/** Between two attempts. */
export const STAGE_BACKOFF = 3;
/** At the origin. */
export const STAGE_ORIGIN = 4;

const INITIAL_REQUESTS = 1024;

export class Requests {
  private free: number[] = [];
  /** Slots in use. */
  open = 0;
  stage = new Uint8Array(0);
  generation = new Int32Array(0);
  traffic = new Int16Array(0);
  client = new Int32Array(0);
  /** Number within the traffic source, from 0. */
  number = new Float64Array(0);
  key = new Int32Array(0);
  /** The key's shard within its cache, and its index within the shard. */
  shard = new Int32Array(0);
  local = new Int32Array(0);
  command = new Uint8Array(0);
  /** The operation fills the cache after a miss. */
  filling = new Uint8Array(0);
  /** 1: a client library's own question about the topology, not a request of the traffic. */
  internal = new Uint8Array(0);
  arrivedAt = new Float64Array(0);
  invokedAt = new Float64Array(0);
  valueBytes = new Int32Array(0);
  serviceNs = new Float64Array(0);
  /** Of what the request writes, where requests have their own; 0: none. */
  ttlNs = new Float64Array(0);
  writeId = new Int32Array(0);
  attempts = new Uint8Array(0);
  redirects = new Uint8Array(0);
  /** Some attempt of the write may have been executed. */
  maybeExecuted = new Uint8Array(0);
  /** 1: the next attempt says ASKING. */
  asking = new Uint8Array(0);
  /** Why the last attempt came to nothing, as in the journal. */
  cause = new Uint8Array(0);
  timer = new Float64Array(0);
  node = new Int32Array(0);
  connection = new Int32Array(0);
  /** Turn on the connection, where that takes several commands at once. */
  ticket = new Int32Array(0);
  previous = new Int32Array(0);
  next = new Int32Array(0);

  constructor() {
    this.grow(INITIAL_REQUESTS);
  }

  allocate(): number {
    if (this.free.length === 0) this.grow(this.stage.length * 2);
    const request = this.free.pop() as number;
    this.open++;
    this.generation[request] = (this.generation[request] as number) + 1;
    this.filling[request] = 0;
    this.internal[request] = 0;
    this.attempts[request] = 0;
    this.redirects[request] = 0;
    this.maybeExecuted[request] = 0;
    this.asking[request] = 0;
    this.cause[request] = 0;
    this.timer[request] = -1;
    this.connection[request] = -1;
    return request;
  }

  release(request: number): void {
    this.stage[request] = STAGE_FREE;
    this.generation[request] = (this.generation[request] as number) + 1;
    this.open--;
    this.free.push(request);
  }

  /** When the open requests of a traffic source arrived, in no order. */
  openSince(traffic: number): Nanos[] {
    const arrivals: Nanos[] = [];
    for (let request = 0; request < this.stage.length; request++) {
      const mine = this.traffic[request] === traffic && this.internal[request] === 0;
      if (this.stage[request] !== STAGE_FREE && mine)
        arrivals.push(this.arrivedAt[request] as number);
    }
    return arrivals;
  }

  private grow(capacity: number): void {
    const before = this.stage.length;
    const columns = this as unknown as Record<string, Int32Array>;
    for (const [name, column] of Object.entries(this)) {
      if (!ArrayBuffer.isView(column)) continue;
      const Column = column.constructor as new (length: number) => Int32Array;
      const grown = new Column(capacity);
      grown.set(column as Int32Array);
      columns[name] = grown;
    }
    for (let request = capacity - 1; request >= before; request--) this.free.push(request);
  }
}
