/**
 * Stands between servers, and between clients and servers, so that a link between two of them can be cut, healed,
 * delayed, narrowed and made lossy. Who connects is known by the address that it connects from.
 *
 * A cut is silent: nothing passes, nothing is reset, new connections are accepted and go nowhere, as if their packets
 * were dropped. What was on its way when a link heals is sent again, as TCP would; where an end gave up meanwhile, the
 * other learns by a reset and what was on its way is gone.
 */
import net from "node:net";
import type { Loss } from "../model/network/lossy-path.ts";
import { type Direction, LinkShape } from "./link-shape.ts";
import { loopback, requireLoopback } from "./loopback.ts";

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** Where links of the proxy itself come from. */
const OWN_ADDRESS = loopback(1);

export class LinkProxy {
  private readonly names = new Map<string, string>();
  private readonly servers: { readonly server: net.Server; readonly to: string }[] = [];
  private readonly links = new Set<Link>();
  private readonly cuts = new Map<string, number>();
  private readonly shapes = new Map<string, LinkShape>();

  /** Connections from `address` are those of `name`. */
  know(address: string, name: string): void {
    this.names.set(address, name);
  }

  /** Opens a port of `host` whose connections go to `target`, a port of `to`. */
  open(host: string, to: string, target: Target): Promise<number> {
    requireLoopback(host);
    requireLoopback(target.host);
    const server = net.createServer({ noDelay: true }, (socket) => {
      const from = this.names.get(socket.remoteAddress ?? "") ?? "";
      const pair = pairOf(from, to);
      const link = new Link(socket, target, pair, {
        cut: () => (this.cuts.get(pair) ?? 0) > 0,
        dueAt: (now, bytes, direction) =>
          this.shapes.get(pair)?.dueAt(now, bytes, direction) ?? now,
        closed: () => this.links.delete(link),
      });
      this.links.add(link);
      link.open();
    });
    this.servers.push({ server, to });
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, host, () => resolve((server.address() as net.AddressInfo).port));
    });
  }

  /** Cuts the link between two names. Counted: as often as it was cut, it has to heal. */
  cut(a: string, b: string): void {
    const pair = pairOf(a, b);
    this.cuts.set(pair, (this.cuts.get(pair) ?? 0) + 1);
  }

  heal(a: string, b: string): void {
    const pair = pairOf(a, b);
    const count = (this.cuts.get(pair) ?? 0) - 1;
    this.cuts.set(pair, count);
    if (count > 0) return;
    for (const link of [...this.links]) if (link.pair === pair) link.thaw();
  }

  /** Adds a delay, each way, to what is sent between two names from now on. Returns what takes it away. */
  delay(a: string, b: string, ms: number, jitterMs = 0): () => void {
    return this.shapeOf(a, b).delay({ ms, jitterMs });
  }

  /** Lets so many bytes a second pass between two names, each way. Returns what takes the limit away. */
  limit(a: string, b: string, bytesPerSecond: number): () => void {
    return this.shapeOf(a, b).limit(bytesPerSecond);
  }

  /** Loses a share of what is sent between two names; it comes later, as TCP sends it again. Returns what ends that. */
  lose(a: string, b: string, loss: Loss): () => void {
    return this.shapeOf(a, b).lose(loss);
  }

  private shapeOf(a: string, b: string): LinkShape {
    const pair = pairOf(a, b);
    const shape = this.shapes.get(pair) ?? new LinkShape(pair);
    this.shapes.set(pair, shape);
    return shape;
  }

  /** The process behind `name` is gone: connections to it are refused by the kernel, as they would be without a proxy. */
  refuse(name: string): void {
    for (const { server, to } of this.servers) if (to === name) server.close();
  }

  close(): void {
    for (const { server } of this.servers) server.close();
    for (const link of [...this.links]) link.destroy();
  }
}

const pairOf = (a: string, b: string): string => (a < b ? `${a} ${b}` : `${b} ${a}`);

/** What a link asks its proxy. */
interface Ports {
  cut(): boolean;
  dueAt(now: number, bytes: number, direction: Direction): number;
  closed(): void;
}

/** One connection through the proxy: the near socket came to it, the far one leads on. */
class Link {
  private far: net.Socket | null = null;
  private readonly there: Way;
  private back: Way | null = null;
  /** An end closed while the link was cut: the other has not heard of it. */
  private broken = false;
  private over = false;

  constructor(
    private readonly near: net.Socket,
    private readonly target: Target,
    readonly pair: string,
    private readonly ports: Ports,
  ) {
    this.there = new Way(near, ports, 0);
  }

  open(): void {
    this.watch(this.near, this.there);
    if (!this.ports.cut()) this.connect();
  }

  thaw(): void {
    if (this.broken) this.reset();
    else if (this.far === null) this.connect();
    else {
      this.there.pass();
      this.back?.pass();
    }
  }

  destroy(): void {
    this.over = true;
    this.there.stop();
    this.back?.stop();
    this.near.destroy();
    this.far?.destroy();
    this.ports.closed();
  }

  private connect(): void {
    const far = net.connect({ ...this.target, localAddress: OWN_ADDRESS, noDelay: true });
    this.far = far;
    this.back = new Way(far, this.ports, 1);
    this.back.leadTo(this.near);
    this.watch(far, this.back);
    this.there.leadTo(far);
  }

  private reset(): void {
    if (this.over) return;
    this.near.resetAndDestroy();
    this.far?.resetAndDestroy();
    this.destroy();
  }

  /** The end of one side is passed on to the other, unless the link is cut. */
  private watch(socket: net.Socket, way: Way): void {
    let failed = false;
    socket.on("error", () => {
      failed = true;
    });
    socket.on("close", () => {
      if (this.over) return;
      if (this.ports.cut()) this.broken = true;
      else if (failed) this.reset();
      else way.end(() => this.destroy());
    });
  }
}

/** So much is held before the sender has to wait, as if its kernel's buffer were full. */
const HELD_BYTES_MAX = 4 * 1024 * 1024;

/** One direction of a link: in order, delayed, held while the link is cut. */
class Way {
  private to: net.Socket | null = null;
  private readonly held: { readonly chunk: Buffer; readonly dueAt: number }[] = [];
  private heldBytes = 0;
  private timer: NodeJS.Timeout | null = null;
  private lastDueAt = 0;
  private ended: (() => void) | null = null;

  constructor(
    private readonly from: net.Socket,
    private readonly ports: Ports,
    private readonly direction: Direction,
  ) {
    from.on("data", (chunk: Buffer) => this.arrived(chunk));
  }

  leadTo(to: net.Socket): void {
    this.to = to;
    to.on("drain", () => this.pass());
    this.pass();
  }

  /** The sender is gone: tells `then` when all that it sent has been passed on. */
  end(then: () => void): void {
    this.ended = then;
    this.pass();
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  /** Passes on what is due. */
  pass(): void {
    const { to } = this;
    if (this.timer !== null || to === null || to.destroyed || this.ports.cut()) return;
    const now = performance.now();
    for (;;) {
      const [first] = this.held;
      if (first === undefined || to.writableNeedDrain) break;
      if (first.dueAt > now) {
        this.timer = setTimeout(() => {
          this.timer = null;
          this.pass();
        }, first.dueAt - now);
        break;
      }
      this.held.shift();
      this.heldBytes -= first.chunk.length;
      to.write(first.chunk);
    }
    if (this.heldBytes < HELD_BYTES_MAX) this.from.resume();
    if (this.held.length > 0 || this.ended === null) return;
    const then = this.ended;
    this.ended = null;
    to.end(then);
  }

  private arrived(chunk: Buffer): void {
    // A later packet does not overtake an earlier one.
    const dueAt = this.ports.dueAt(performance.now(), chunk.length, this.direction);
    this.lastDueAt = Math.max(this.lastDueAt, dueAt);
    this.held.push({ chunk, dueAt: this.lastDueAt });
    this.heldBytes += chunk.length;
    if (this.heldBytes >= HELD_BYTES_MAX) this.from.pause();
    this.pass();
  }
}
