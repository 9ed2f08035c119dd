/**
 * How one node follows another: a TCP stream of a history's entries, applied lazily. Nothing is scheduled per write:
 * an entry has arrived at `now` when it was sent, and the path's delay has passed, by then.
 *
 * Models: delay, stalls while the path is cut and TCP's retransmission after it, a source that died with its process
 * (what it had handed to its kernel arrives) or with its host (what was in flight is gone), chains of followers.
 * A path that is cut in one direction stalls the stream too: data, or TCP's acknowledgements of it, do not come through.
 * An entry that a lossy path loses is sent again, and all behind it wait; when it is lost is drawn in the order of entries.
 * A limited path carries entries one after the other; what its source has not put on the wire waits in the source's
 * output buffer, of which the kernel holds the first part: that part still arrives when only the process dies.
 * A follower applies entries one after the other and counts one from when its turn comes. What it has received and not
 * applied is its own: it goes on with it when the path or the source is gone, as far as the kernels hold it, and gives it
 * up when it is promoted or follows another.
 * Leaves out: traffic of others on a limited path, commands of clients between the entries that a follower applies, the
 * way from one that is behind to its own followers, windows that a slow follower closes on a limited path, the few
 * segments that TCP sends before it misses their acknowledgements.
 */
import { type Nanos, SECOND } from "../../../base/nanos.ts";
import type { Network } from "../../network/network.ts";
import { DUPLICATE_ACKS, type SegmentLoss } from "../../network/segment-loss.ts";
import type { Following } from "./following.ts";
import type { HistoryLog } from "./history-log.ts";
import type { RedisNode } from "./redis-node.ts";

/** What a kernel buffers of one connection: Linux grows it up to 4 MiB to send and 6 MiB to receive (tcp_wmem, tcp_rmem). */
const KERNEL_BUFFER_BYTES = 4_194_304;
const RECEIVE_BUFFER_BYTES = 6_291_456;

/** So many entries are worth a look ahead, and so many keys stay near. */
const FEW = 8;
const MANY = 256;

export class ReplicationLink implements Following {
  /** Number of the next entry to apply. */
  next: number;
  /** No entry arrives earlier: the end of the last stall, or the start of the stream. */
  private floorNs: Nanos;
  private delayNs: Nanos;
  /** Entries that leave the source later never do: it died. */
  private closedAt: Nanos = Number.POSITIVE_INFINITY;
  /** Since when nothing has come through; Infinity while it flows. */
  silentSince: Nanos = Number.POSITIVE_INFINITY;
  private stalled = false;
  private frozen = false;
  /** Number of the first entry that has not come through while nothing does, or never will; Infinity while all flows. */
  private receivedEnd = Number.POSITIVE_INFINITY;
  /** When the follower is done with what it has applied. */
  private appliedAt: Nanos = Number.NEGATIVE_INFINITY;
  private readonly sourceIncarnation: number;
  private bytesPerSecond: number;
  /** When the last applied entry was wholly on a limited wire. */
  private wireAt: Nanos;
  /** Losses of the path; null without. */
  private loss: SegmentLoss | null;
  /** The entry whose losses were drawn last, and how many they are. */
  private drawnFor = -1;
  private losses = 0;
  /** What was looked at goes here, for else V8 leaves the look out. */
  looked = 0;

  constructor(
    readonly source: RedisNode,
    readonly replica: RedisNode,
    readonly log: HistoryLog,
    start: { readonly next: number; readonly at: Nanos },
    private readonly network: Network,
  ) {
    this.next = start.next;
    this.floorNs = start.at;
    this.delayNs = network.losslessOneWayNs(source.host, replica.host);
    this.loss = network.segmentLoss(source.host, replica.host);
    this.sourceIncarnation = source.incarnation;
    this.bytesPerSecond = network.bandwidth(source.host, replica.host);
    this.wireAt = start.at;
    log.attach(this);
  }

  /** No entry arrives before `at`. */
  startAt(at: Nanos): void {
    this.floorNs = Math.max(this.floorNs, at);
    this.wireAt = Math.max(this.wireAt, at - this.delayNs);
  }

  close(): void {
    this.log.detach(this);
  }

  /** Applies what has arrived by `now`. */
  advance(now: Nanos): void {
    const { log, replica } = this;
    const limit = Math.min(this.reachOfSource(now), this.receivedEnd);
    if (this.next >= limit) return;
    if (limit - this.next >= FEW) this.bringNear(now, limit);
    const { applyNs } = replica;
    while (this.next < limit) {
      let sentAt = log.sentAt(this.next);
      if (sentAt > this.closedAt) return;
      const isLimited = this.bytesPerSecond !== Number.POSITIVE_INFINITY;
      if (isLimited) {
        sentAt = this.departure(sentAt, log.endOffset(this.next) - replica.appliedOffset);
        if (sentAt - this.kernelBufferNs > this.closedAt) return;
      }
      const again = this.loss === null ? 0 : this.sentAgainAfterNs(this.loss);
      const turn = Math.max(this.arrivalOf(sentAt) + again, this.appliedAt);
      if (turn > now) return;
      if (isLimited) this.wireAt = sentAt;
      this.appliedAt = turn + applyNs;
      replica.apply(log, this.next, now);
      this.next++;
    }
  }

  /** Looks at the keys of many entries before they are applied: their misses of the processor's cache overlap. */
  private bringNear(now: Nanos, limit: number): void {
    const { log, next } = this;
    const { keyspace } = this.replica;
    if (this.arrivalOf(log.sentAt(next + FEW - 1)) > now) return;
    const end = Math.min(limit, next + MANY);
    let looked = 0;
    for (let entry = next; entry < end; entry++)
      looked ^= keyspace.writeId(Math.max(0, log.key(entry)));
    this.looked = looked;
  }

  /** How much later the next entry leaves than it was sent first. */
  private sentAgainAfterNs(loss: SegmentLoss): Nanos {
    const { log, next } = this;
    if (this.drawnFor !== next) {
      this.drawnFor = next;
      this.losses = loss.draw();
    }
    if (this.losses === 0) return 0;
    const third = next + DUPLICATE_ACKS;
    const back = this.network.losslessOneWayNs(this.replica.host, this.source.host);
    const duplicatesAfterNs =
      third < log.next
        ? log.sentAt(third) - log.sentAt(next) + this.delayNs + back
        : Number.POSITIVE_INFINITY;
    return loss.sentAgainAfterNs(this.losses, duplicatesAfterNs);
  }

  /** The follower is busy with what has arrived: there may be more of it than it has applied. */
  private isBehind(now: Nanos): boolean {
    return this.appliedAt > now && this.next < this.log.next;
  }

  /**
   * Number of the first entry that has not arrived by `now`, or that has no room in `bytesMax` of buffers beside what
   * waits to be applied. Costs a look at each entry that waits.
   */
  private receivedBy(now: Nanos, bytesMax: number): number {
    const { log } = this;
    if (!this.isBehind(now)) return this.next;
    const limit = Math.min(this.reachOfSource(now), this.receivedEnd);
    const roomEnd = this.replica.appliedOffset + bytesMax;
    let before = this.replica.appliedOffset;
    let { wireAt } = this;
    let entry = this.next;
    for (; entry < limit && log.endOffset(entry) <= roomEnd; entry++) {
      let sentAt = log.sentAt(entry);
      if (sentAt > this.closedAt) break;
      if (this.bytesPerSecond !== Number.POSITIVE_INFINITY) {
        sentAt = Math.max(sentAt, wireAt) + this.onWireNs(log.endOffset(entry) - before);
        wireAt = sentAt;
        before = log.endOffset(entry);
      }
      if (this.arrivalOf(sentAt) > now) break;
    }
    return entry;
  }

  /** When the turn of the last entry comes that will ever arrive, at least `now`; for one whose source's process died. */
  drainedAt(now: Nanos): Nanos {
    this.advance(now);
    const { log, replica } = this;
    const limit = Math.min(log.next, this.receivedEnd);
    let { wireAt, appliedAt } = this;
    let drained = now;
    let again = this.loss === null || this.next >= limit ? 0 : this.sentAgainAfterNs(this.loss);
    let before = replica.appliedOffset;
    for (let entry = this.next; entry < limit; entry++) {
      let sentAt = log.sentAt(entry);
      if (sentAt > this.closedAt) break;
      if (this.bytesPerSecond !== Number.POSITIVE_INFINITY) {
        sentAt = Math.max(sentAt, wireAt) + this.onWireNs(log.endOffset(entry) - before);
        if (sentAt - this.kernelBufferNs > this.closedAt) break;
        wireAt = sentAt;
        before = log.endOffset(entry);
      }
      drained = Math.max(this.arrivalOf(sentAt) + again, appliedAt);
      again = 0; // losses of those behind it are drawn when their turn comes
      appliedAt = drained + replica.applyNs;
    }
    return Math.max(now, drained);
  }

  /** Number of the entry up to which the source has the history: a follower has no more than it received, also once it
   * has lost its own upstream, or was promoted. */
  private reachOfSource(now: Nanos): number {
    const { source, log } = this;
    if (source.incarnation !== this.sourceIncarnation) return log.next;
    const upstream = source.link;
    if (upstream !== null && upstream.log === log) {
      upstream.advance(now);
      return upstream.next;
    }
    if (source.log === log)
      return source.upstream === null ? log.next : log.entryAfter(source.appliedOffset);
    return source.log.parent === log.history ? log.entryAfter(source.log.forkOffset) : log.next;
  }

  /** Age of the oldest entry that was sent and is not applied, ns. */
  lagAt(now: Nanos): Nanos {
    if (this.next >= this.log.next) return 0;
    return Math.max(0, now - this.log.sentAt(this.next));
  }

  /** Offset that will have been applied once all that is on its way has arrived. */
  receivableOffset(): number {
    const { log } = this;
    if (this.source.link !== null) return this.replica.appliedOffset;
    let last = Math.min(log.next, this.receivedEnd) - 1;
    while (last >= this.next && log.sentAt(last) > this.closedAt) last--;
    return last < this.next ? this.replica.appliedOffset : log.endOffset(last);
  }

  /** Bytes that the source has written and not put on the wire by `now`: its output buffer. */
  bufferedBytes(now: Nanos): number {
    const { log } = this;
    if (this.source.link !== null || this.next >= log.next) return 0;
    const pending = log.headOffset - this.replica.appliedOffset;
    if (this.stalled || this.frozen) return pending;
    const inKernels = KERNEL_BUFFER_BYTES + RECEIVE_BUFFER_BYTES;
    if (this.bytesPerSecond === Number.POSITIVE_INFINITY)
      return this.isBehind(now) ? Math.max(0, pending - inKernels) : 0;
    const since = Math.max(0, now - Math.max(this.wireAt, log.sentAt(this.next)));
    return Math.max(0, pending - (since / SECOND) * this.bytesPerSecond);
  }

  /** When an entry is wholly on the wire. */
  private departure(sentAt: Nanos, bytes: number): Nanos {
    return Math.max(sentAt, this.wireAt) + this.onWireNs(bytes);
  }

  private onWireNs(bytes: number): Nanos {
    return Math.ceil((bytes / this.bytesPerSecond) * SECOND);
  }

  /** How long the kernel's part of the output buffer takes on the wire. */
  private get kernelBufferNs(): Nanos {
    return Math.floor((KERNEL_BUFFER_BYTES / this.bytesPerSecond) * SECOND);
  }

  /** The source's process died; its kernel still delivers what it was handed. */
  sourceProcessDied(at: Nanos): void {
    this.advance(at);
    this.closedAt = Math.min(this.closedAt, at);
    this.silentSince = Math.min(this.silentSince, at);
    if (!this.isBehind(at)) return;
    const arrived = this.receivedBy(at, Number.POSITIVE_INFINITY);
    const held = this.receivedBy(at, KERNEL_BUFFER_BYTES + RECEIVE_BUFFER_BYTES);
    // What stands behind a gap is lost too.
    if (held < arrived) this.receivedEnd = Math.min(this.receivedEnd, held);
  }

  /** The source's host died: what was in flight is gone. */
  sourceHostDied(at: Nanos): void {
    this.advance(at);
    this.receivedEnd = this.receivedBy(at, RECEIVE_BUFFER_BYTES);
    this.frozen = true;
    this.silentSince = Math.min(this.silentSince, at);
  }

  /** After the network changed: begins or ends a stall, and takes the new delay. */
  pathChanged(now: Nanos): void {
    const { source, replica, network } = this;
    const delayNs = network.losslessOneWayNs(source.host, replica.host);
    this.changeLoss(network.segmentLoss(source.host, replica.host));
    if (delayNs < this.delayNs && this.next < this.log.next) {
      this.floorNs = Math.max(this.floorNs, now); // what is in flight keeps its order
    }
    this.delayNs = delayNs;
    const bytesPerSecond = network.bandwidth(source.host, replica.host);
    if (bytesPerSecond !== this.bytesPerSecond) {
      this.bytesPerSecond = bytesPerSecond;
      this.wireAt = now;
      if (this.next < this.log.next) this.floorNs = Math.max(this.floorNs, now);
    }
    const cut = !network.reachable(source.host, replica.host);
    if (cut === this.stalled) return;
    this.stalled = cut;
    if (cut) {
      this.silentSince = Math.min(this.silentSince, now);
      this.receivedEnd = this.receivedBy(now, RECEIVE_BUFFER_BYTES);
      return;
    }
    if (!this.frozen && this.closedAt === Number.POSITIVE_INFINITY)
      this.silentSince = Number.POSITIVE_INFINITY;
    const missing = Math.max(this.next, this.receivedEnd);
    if (!this.frozen) this.receivedEnd = Number.POSITIVE_INFINITY;
    if (missing < this.log.next) {
      const again = network.retransmitAt(this.log.sentAt(missing), now);
      this.floorNs = Math.max(this.floorNs, again + delayNs);
    }
  }

  /** What was lost before is still to be sent again, though the path loses nothing any more. */
  private changeLoss(to: SegmentLoss | null): void {
    const { loss } = this;
    if (loss === to || (to !== null && loss?.isAs(to))) return;
    this.loss = to;
    if (loss === null || this.drawnFor !== this.next || this.losses === 0) return;
    const due = this.log.sentAt(this.next) + this.sentAgainAfterNs(loss);
    this.floorNs = Math.max(this.floorNs, this.arrivalOf(due));
    this.losses = 0;
  }

  arrivalOf(sentAt: Nanos): Nanos {
    const upstream = this.source.link;
    const handedOn =
      upstream !== null && upstream.log === this.log ? upstream.arrivalOf(sentAt) : sentAt;
    return Math.max(handedOn + this.delayNs, this.floorNs);
  }
}
