/**
 * Paths between hosts: delay, cuts, and what a cut does to what is in flight.
 *
 * Models: one-way delay as half of the round trip of the two places; added delay and jitter; cuts of one direction or
 * both that are counted, so overlapping faults compose; packets in flight on a cut path are lost and TCP sends them
 * again with doubling timeouts; loss in bursts, each lost message sent again by TCP; a limit of bandwidth with a queue.
 * Leaves out: routes, TCP's congestion window, segments of one message that are lost apart, fast retransmission.
 */
import { invariant } from "../../base/invariant.ts";
import { type Nanos, SECOND } from "../../base/nanos.ts";
import type { Streams } from "../../kernel/streams.ts";
import type { Hosts } from "../place/hosts.ts";
import { LossyPath } from "./lossy-path.ts";
import type { NetworkSettings } from "./network-settings.ts";
import { SegmentLoss } from "./segment-loss.ts";

/** `brokenAt` of a path that never was cut. */
const NEVER = -1;

/** Paths of this many different delays are told apart by class; the last class takes all others too. */
const DELAY_CLASSES_MAX = 8;

/** TCP gives a connection up after so long; messages that are lost so often arrive then. */
const RETRANSMISSION_MAX: Nanos = 120 * SECOND;

/** Told when paths were cut, joined or changed their delay, after the change. */
export interface NetworkListener {
  /** Before anything changes: settle what has arrived until now. */
  beforeChange(): void;
  afterChange(): void;
}

export class Network {
  private readonly size: number;
  /** One-way delay without faults, ns, [from * size + to]. */
  private readonly base: Float64Array;
  private readonly delay: Float64Array;
  /** Class of each path's delay without faults: paths of one class are equally long. */
  private readonly classes: Uint8Array;
  readonly delayClasses: number;
  private readonly jitter: Float64Array;
  private readonly cuts: Uint16Array;
  /** Infinity while cut; else the end of the last cut, or NEVER. */
  private readonly brokenAt: Float64Array;
  /** Paths with jitter or loss. */
  private unevenPaths = 0;
  private readonly lossy = new Map<number, LossyPath>();
  /** By path: the limits that hold, bytes per second. */
  private readonly limits = new Map<number, number[]>();
  /** By limited path: when its wire is free again. */
  private readonly wireFreeAt = new Map<number, Nanos>();
  private readonly listeners: NetworkListener[] = [];

  constructor(
    private readonly hosts: Hosts,
    private readonly settings: NetworkSettings,
    private readonly streams: Streams,
    private readonly clock: { readonly now: Nanos },
  ) {
    const size = hosts.count;
    this.size = size;
    this.base = new Float64Array(size * size);
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < size; b++) this.base[a * size + b] = Math.round(this.rttNs(a, b) / 2);
    }
    this.delay = this.base.slice();
    const known = [...new Set(this.base)].slice(0, DELAY_CLASSES_MAX);
    this.delayClasses = known.length;
    this.classes = Uint8Array.from(this.base, (delay) => {
      const found = known.indexOf(delay);
      return found >= 0 ? found : known.length - 1;
    });
    this.jitter = new Float64Array(size * size);
    this.cuts = new Uint16Array(size * size);
    this.brokenAt = new Float64Array(size * size).fill(NEVER);
  }

  listen(listener: NetworkListener): void {
    this.listeners.push(listener);
  }

  /** One-way delay of a message that leaves now, ns. */
  oneWayNs(from: number, to: number): Nanos {
    const path = from * this.size + to;
    const delay = this.delay[path] as number;
    if (this.unevenPaths === 0) return delay;
    const lossy = this.lossy.get(path);
    const again = lossy === undefined ? 0 : this.retransmissionsNs(lossy, from, to);
    const jitter = this.jitter[path] as number;
    if (jitter === 0) return delay + again;
    const stream = this.streams.stream(this.linkName(from, to), "jitter");
    return delay + again + Math.floor(stream.next() * (jitter + 1));
  }

  /** Some path has a limit of bandwidth: without one, `transmissionNs` is 0. */
  get isLimited(): boolean {
    return this.limits.size > 0;
  }

  /** How long a message of `bytes` that is handed over at `at` waits for the wire and is on it, beyond the delay, ns. */
  transmissionNs(from: number, to: number, bytes: number, at: Nanos): Nanos {
    if (this.limits.size === 0) return 0;
    const path = from * this.size + to;
    const rate = this.bandwidth(from, to);
    if (rate === Number.POSITIVE_INFINITY) return 0;
    const free = Math.max(at, this.wireFreeAt.get(path) ?? 0) + Math.ceil((bytes / rate) * SECOND);
    this.wireFreeAt.set(path, free);
    return free - at;
  }

  /** Bytes per second that a path carries; Infinity without a limit. */
  bandwidth(from: number, to: number): number {
    const limits = this.limits.get(from * this.size + to);
    return limits === undefined ? Number.POSITIVE_INFINITY : Math.min(...limits);
  }

  /** Class of a path's delay without faults, 0 to `delayClasses` - 1. */
  delayClass(from: number, to: number): number {
    return this.classes[from * this.size + to] as number;
  }

  /** One-way delay without jitter, what is lost and sent again included, ns. */
  meanOneWayNs(from: number, to: number): Nanos {
    const loss = this.lossy.get(from * this.size + to)?.share ?? 0;
    const again = Math.round((loss / (1 - loss)) * this.settings.tcpRetransmitNs);
    return this.losslessOneWayNs(from, to) + again;
  }

  /** One-way delay without jitter of what is not lost, ns. */
  losslessOneWayNs(from: number, to: number): Nanos {
    const path = from * this.size + to;
    return (this.delay[path] as number) + Math.floor((this.jitter[path] as number) / 2);
  }

  /** Losses of a stream of segments on a path, apart from those of messages; null while it loses nothing. */
  segmentLoss(from: number, to: number): SegmentLoss | null {
    const lossy = this.lossy.get(from * this.size + to);
    if (lossy === undefined) return null;
    const stream = this.streams.stream(this.linkName(from, to), "segment-loss");
    return new SegmentLoss(lossy.asLoss(), stream, this.settings.tcpRetransmitNs);
  }

  /** Whether a message that left at `sentAt` and is due now was caught by a cut on its way. */
  lost(from: number, to: number, sentAt: Nanos): boolean {
    return (this.brokenAt[from * this.size + to] as number) >= sentAt;
  }

  isCut(from: number, to: number): boolean {
    return this.cuts[from * this.size + to] !== 0;
  }

  /** A message can go and its answer can come back, now. */
  reachable(a: number, b: number): boolean {
    return !this.isCut(a, b) && !this.isCut(b, a);
  }

  /**
   * When TCP sends a lost segment again: timeouts double from `tcpRetransmitNs`, counted from its first sending. The
   * first of these instants after `after`.
   * Source: RFC 6298; Linux's minimum of 200 ms.
   */
  retransmitAt(firstSentAt: Nanos, after: Nanos): Nanos {
    let timeout = this.settings.tcpRetransmitNs;
    let due = firstSentAt + timeout;
    while (due <= after) {
      timeout = Math.min(timeout * 2, 120e9);
      due += timeout;
    }
    return due;
  }

  /**
   * Cuts (+1) or joins (-1) every path between the two sides: those that lead from `side` ("to" the others), those that
   * lead to it ("from" them), or both. A path stays cut until every cut has ended.
   */
  changeCuts(
    side: readonly number[],
    others: readonly number[],
    by: 1 | -1,
    direction: "to" | "from" | "both" = "both",
  ): void {
    this.notifyBefore();
    for (const a of side) {
      for (const b of others) {
        if (direction !== "from") this.changeCut(a, b, by);
        if (direction !== "to") this.changeCut(b, a, by);
      }
    }
    this.notifyAfter();
  }

  /** Adds (or, negative, takes away) delay and jitter between the two sides, both ways. Instances add up. */
  changeDelay(
    side: readonly number[],
    others: readonly number[],
    addNs: Nanos,
    jitterNs: Nanos,
  ): void {
    this.notifyBefore();
    for (const a of side) {
      for (const b of others) {
        for (const path of a === b ? [] : [a * this.size + b, b * this.size + a]) {
          this.delay[path] = (this.delay[path] as number) + addNs;
          const before = this.jitter[path] as number;
          const after = before + jitterNs;
          this.jitter[path] = after;
          this.unevenPaths += Number(after > 0) - Number(before > 0);
        }
      }
    }
    this.notifyAfter();
  }

  /** Adds (+1) or takes away (-1) an instance of loss between the two sides, both ways. */
  changeLoss(
    side: readonly number[],
    others: readonly number[],
    loss: { readonly share: number; readonly burst: number },
    by: 1 | -1,
  ): void {
    this.notifyBefore();
    this.eachPath(side, others, (path) => {
      let lossy = this.lossy.get(path);
      if (lossy === undefined) {
        lossy = new LossyPath();
        this.lossy.set(path, lossy);
        this.unevenPaths++;
      }
      lossy.change(loss, by);
      if (lossy.share > 0) return;
      this.lossy.delete(path);
      this.unevenPaths--;
    });
    this.notifyAfter();
  }

  /** Limits (+1) the bandwidth between the two sides, each direction for itself, or takes the limit away (-1). */
  changeBandwidth(
    side: readonly number[],
    others: readonly number[],
    bytesPerSecond: number,
    by: 1 | -1,
  ): void {
    this.notifyBefore();
    this.eachPath(side, others, (path) => {
      const limits = this.limits.get(path) ?? [];
      if (by === 1) this.limits.set(path, [...limits, bytesPerSecond]);
      else {
        const at = limits.indexOf(bytesPerSecond);
        invariant(at >= 0, "a limit is taken away once", { path, bytesPerSecond });
        const left = limits.filter((_, i) => i !== at);
        if (left.length > 0) this.limits.set(path, left);
        else {
          this.limits.delete(path);
          this.wireFreeAt.delete(path);
        }
      }
    });
    this.notifyAfter();
  }

  /** What faults write here, for comparison with a run that had none. */
  faultState(): {
    readonly cuts: readonly number[];
    readonly added: readonly number[];
    readonly jitter: readonly number[];
    readonly loss: readonly unknown[];
    readonly limits: readonly unknown[];
  } {
    return {
      cuts: Array.from(this.cuts),
      added: Array.from(this.delay, (delay, path) => delay - (this.base[path] as number)),
      jitter: Array.from(this.jitter),
      loss: [...this.lossy].map(([path, { share }]) => [path, share]),
      limits: [...this.limits],
    };
  }

  private linkName(from: number, to: number): string {
    return `link/${this.hosts.names[from]}>${this.hosts.names[to]}`;
  }

  /** How much later a message arrives because TCP had to send it again, ns: its timeout doubles. */
  private retransmissionsNs(lossy: LossyPath, from: number, to: number): Nanos {
    const stream = this.streams.stream(this.linkName(from, to), "loss");
    let timeout = this.settings.tcpRetransmitNs;
    let total = 0;
    while (lossy.loses(stream) && total < RETRANSMISSION_MAX) {
      total += timeout;
      timeout *= 2;
    }
    return total;
  }

  private eachPath(
    side: readonly number[],
    others: readonly number[],
    act: (path: number) => void,
  ): void {
    for (const a of side) {
      for (const b of others) {
        if (a === b) continue;
        act(a * this.size + b);
        act(b * this.size + a);
      }
    }
  }

  private changeCut(from: number, to: number, by: 1 | -1): void {
    if (from === to) return;
    const path = from * this.size + to;
    const cuts = (this.cuts[path] as number) + by;
    invariant(cuts >= 0, "a path is joined once per cut", { from, to });
    this.cuts[path] = cuts;
    if (cuts === 1 && by === 1) this.brokenAt[path] = Number.POSITIVE_INFINITY;
    if (cuts === 0) this.brokenAt[path] = this.clock.now;
  }

  private rttNs(a: number, b: number): Nanos {
    const { hosts, settings } = this;
    const regionA = hosts.region[a] as number;
    const regionB = hosts.region[b] as number;
    if (regionA !== regionB) {
      const from = hosts.regionNames[regionA];
      const to = hosts.regionNames[regionB];
      const pair = settings.regionRttNs.find((entry) => entry.from === from && entry.to === to);
      invariant(pair !== undefined, "every pair of Regions has a round-trip time", { from, to });
      return pair.rttNs;
    }
    return hosts.zone[a] === hosts.zone[b] && hosts.zone[a] !== -1
      ? settings.sameZoneRttNs
      : settings.interZoneRttNs;
  }

  private notifyBefore(): void {
    for (const listener of this.listeners) listener.beforeChange();
  }

  private notifyAfter(): void {
    for (const listener of this.listeners) listener.afterChange();
  }
}
