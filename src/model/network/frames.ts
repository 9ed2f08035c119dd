/**
 * Frames: commands and their replies on the way between clients and servers, in columns. One frame is one attempt of
 * one operation; it is freed when its reply was handled, or when it is known to be lost.
 *
 * This is the ServerConnection port: a client fills a frame and sends it; a server answers it in place.
 *
 * Models: what the model reads of a command and its answer.
 * Leaves out: their bytes (`resp.ts` counts them), commands other than GET, MGET, SET and CLUSTER SLOTS.
 */
export const STATUS_PENDING = 0;
export const STATUS_OK = 1;
/** The node does not own the slot; `redirect` names the owner. */
export const STATUS_MOVED = 2;
/** A write to a replica: the service closes the connection. */
export const STATUS_READONLY = 3;
export const STATUS_CLUSTERDOWN = 4;
export const STATUS_LOADING = 5;
/** Out of memory and nothing may be evicted. */
export const STATUS_OOM = 6;
/** Too few good replicas: min-replicas-to-write. */
export const STATUS_NOREPLICAS = 7;
/** The write took effect, and WAIT ended with fewer acknowledgements than were asked for. */
export const STATUS_UNACKNOWLEDGED = 8;
/** The slot is on its way: `redirect` names the node to ask for this key, once. */
export const STATUS_ASK = 9;
/** The slot is on its way, and the command's keys are not all on one side of it. */
export const STATUS_TRYAGAIN = 10;

export const FRAME_GET = 0;
export const FRAME_SET = 1;
export const FRAME_TOPOLOGY = 2;
/** A step of a connection's set-up: TLS or AUTH. Of no request. */
export const FRAME_SET_UP = 3;

const INITIAL_FRAMES = 1024;

export class Frames {
  private free: Int32Array;
  private freeCount: number;
  /** Client host that sent the frame, the connection it travels on and that connection's generation. */
  client: Int32Array;
  connection: Int32Array;
  connectionGeneration: Int32Array;
  request: Int32Array;
  /** The command's turn on its connection, where that takes several at once; -1 elsewhere. */
  ticket: Int32Array;
  server: Int32Array;
  /** Incarnation of the server process that the connection was opened to. */
  serverIncarnation: Int32Array;
  /** 1: the client said ASKING. Filled where slots move. */
  asking: Uint8Array;
  command: Uint8Array;
  shard: Int16Array;
  /** Key's index within its shard. */
  key: Int32Array;
  /** SET: the id to write. GET, answered: the id that was read. */
  writeId: Int32Array;
  valueBytes: Int32Array;
  /** SET: time to live, ns, 0 for none. Answered: absolute expiry. */
  ttl: Float64Array;
  /** When the frame left its sender. */
  sentAt: Float64Array;
  firstSentAt: Float64Array;
  serviceNs: Float64Array;
  status: Uint8Array;
  hit: Int8Array;
  redirect: Int32Array;
  offset: Float64Array;
  history: Int32Array;
  fromPrimary: Uint8Array;
  /** SET, answered: the node held this very write already, for an earlier attempt was executed. */
  repeated: Uint8Array;
  /** SET: replicas that must acknowledge before the reply, and for how long it waits, ns; 0 for none. */
  waitReplicas: Uint8Array;
  waitNs: Float64Array;

  constructor() {
    const n = INITIAL_FRAMES;
    this.free = new Int32Array(n);
    for (let i = 0; i < n; i++) this.free[i] = n - 1 - i;
    this.freeCount = n;
    this.client = new Int32Array(n);
    this.connection = new Int32Array(n);
    this.connectionGeneration = new Int32Array(n);
    this.request = new Int32Array(n);
    this.ticket = new Int32Array(n);
    this.server = new Int32Array(n);
    this.serverIncarnation = new Int32Array(n);
    this.asking = new Uint8Array(n);
    this.command = new Uint8Array(n);
    this.shard = new Int16Array(n);
    this.key = new Int32Array(n);
    this.writeId = new Int32Array(n);
    this.valueBytes = new Int32Array(n);
    this.ttl = new Float64Array(n);
    this.sentAt = new Float64Array(n);
    this.firstSentAt = new Float64Array(n);
    this.serviceNs = new Float64Array(n);
    this.status = new Uint8Array(n);
    this.hit = new Int8Array(n);
    this.redirect = new Int32Array(n);
    this.offset = new Float64Array(n);
    this.history = new Int32Array(n);
    this.fromPrimary = new Uint8Array(n);
    this.repeated = new Uint8Array(n);
    this.waitReplicas = new Uint8Array(n);
    this.waitNs = new Float64Array(n);
  }

  /** Frames in use. */
  get inUse(): number {
    return this.status.length - this.freeCount;
  }

  allocate(): number {
    if (this.freeCount === 0) this.grow();
    return this.free[--this.freeCount] as number;
  }

  release(frame: number): void {
    this.free[this.freeCount++] = frame;
  }

  private grow(): void {
    const before = this.status.length;
    const after = before * 2;
    for (const [name, column] of Object.entries(this)) {
      if (!ArrayBuffer.isView(column) || name === "free") continue;
      const Column = column.constructor as new (length: number) => Int32Array;
      const grown = new Column(after);
      grown.set(column as Int32Array);
      (this as unknown as Record<string, Int32Array>)[name] = grown;
    }
    this.free = new Int32Array(after);
    for (let i = 0; i < before; i++) this.free[i] = after - 1 - i;
    this.freeCount = before;
  }
}
