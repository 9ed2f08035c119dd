/**
 * Carries frames between client hosts and servers, and tells clients what TCP would tell them.
 *
 * Models: one-way delays; a frame caught by a cut is sent again by TCP while both ends live; a dead process resets at
 * once; a dead host is silent, and what it had in flight is gone; connecting costs round trips; a server at its limit
 * of clients refuses; commands on one connection reach the server in order; a SYN or its answer that is lost is sent again
 * after 1, 3, 7, 15, 31 and 63 s while its client waits.
 * Leaves out: segments, windows, keep-alive, the error text with which a server at its limit closes a connection.
 */
import { type Nanos, SECOND } from "../../base/nanos.ts";
import type { Kernel, Lane } from "../../kernel/kernel.ts";
import type { Frames } from "./frames.ts";
import type { Network } from "./network.ts";

/** Source: Linux, net.ipv4.tcp_syn_retries 6, of which the first waits TCP_TIMEOUT_INIT, 1 s. */
const SYN_RETRIES = 6;

/** How long after the first SYN the next goes out, when so many have: 1, 3, 7 s. */
export const synAgainAfter = (sent: number): Nanos => (2 ** sent - 1) * SECOND;

/** A process that answers frames. */
export interface Server {
  readonly host: number;
  /** Its kernel answers: the host has power. */
  hostUp: boolean;
  processUp: boolean;
  /** The process neither reads nor answers, its kernel does. */
  paused: boolean;
  /** Counts the processes that ran under this id. */
  incarnation: number;
  /** When the last process died; what was to leave later never left. */
  diedAt: Nanos;
  /** Whether the last process died with its host. */
  diedWithHost: boolean;
  clientConnections: number;
  readonly maxclients: number;
  receive(frame: number): void;
  /** What a command and its answer take on a path of limited bandwidth. */
  requestBytes(frame: number): number;
  replyBytes(frame: number): number;
}

/** Where replies go: all client hosts. */
export interface Clients {
  readonly hostOf: Int32Array;
  readonly target: Int32Array;
  isUp(client: number): boolean;
  /** Whether the connection that carries the frame is still open. */
  carries(frame: number): boolean;
  /** A frame with a ticket reached its server: whether it is its turn; if not, it is kept. */
  arrivesInTurn(frame: number): boolean;
  /** The frame that was kept and whose turn on a connection has come, or -1. */
  nextEarly(connection: number): number;
  reply(frame: number): void;
  connected(connection: number, generation: number, serverIncarnation: number): void;
  /** The server's kernel refused or reset the connection. */
  reset(connection: number, generation: number): void;
}

export class Transport {
  readonly servers: Server[] = [];
  private readonly serverTargets: number[] = [];
  private clients: Clients | null = null;
  /** By server: connections that its kernel has accepted and whose clients do not know it yet. */
  private readonly accepted: number[] = [];
  /** Frames on paths of one delay arrive in the order in which they left: a lane each, made when it is first used. */
  private readonly toServer: (Lane | undefined)[];
  private readonly toClient: (Lane | undefined)[];
  private readonly atServer: number;
  private readonly atClient: number;
  private readonly connectAtServer: number;
  private readonly connectAtClient: number;
  private readonly resetAtClient: number;

  constructor(
    private readonly kernel: Kernel,
    private readonly network: Network,
    readonly frames: Frames,
  ) {
    this.atServer = kernel.kind("frame-at-server", (_target, frame) => this.arriveAtServer(frame));
    this.atClient = kernel.kind("frame-at-client", (_target, frame) => this.arriveAtClient(frame));
    const lanes = () => new Array<Lane | undefined>(network.delayClasses).fill(undefined);
    this.toServer = lanes();
    this.toClient = lanes();
    this.connectAtServer = kernel.kind("connect-at-server", (_target, slot) =>
      this.connectArrives(slot),
    );
    this.connectAtClient = kernel.kind("connect-at-client", (_target, slot) =>
      this.connectAnswered(slot),
    );
    this.resetAtClient = kernel.kind("reset-at-client", (_target, slot) => this.resetArrives(slot));
  }

  addServer(server: Server, target: number): number {
    this.servers.push(server);
    this.serverTargets.push(target);
    this.accepted.push(0);
    return this.servers.length - 1;
  }

  /** The frame's connection still stands, as its client knows. */
  carries(frame: number): boolean {
    return (this.clients as Clients).carries(frame);
  }

  attachClients(clients: Clients): void {
    this.clients = clients;
  }

  /** Sends a filled frame from its client now. `word` tells requests apart in the digest. */
  sendRequest(frame: number, word: number): void {
    const { frames } = this;
    const { now } = this.kernel;
    const server = frames.server[frame] as number;
    frames.sentAt[frame] = now;
    frames.firstSentAt[frame] = now;
    const from = (this.clients as Clients).hostOf[frames.client[frame] as number] as number;
    const receiver = this.servers[server] as Server;
    const to = receiver.host;
    let delayNs = this.network.oneWayNs(from, to);
    if (this.network.isLimited)
      delayNs += this.network.transmissionNs(from, to, receiver.requestBytes(frame), now);
    const delayClass = this.network.delayClass(from, to);
    const lane =
      this.toServer[delayClass] ?? this.addLane(this.toServer, delayClass, this.atServer);
    lane.postAfter(delayNs, this.serverTargets[server] as number, frame, word);
  }

  /** Sends the answered frame back; it leaves the server in `afterNs`. */
  sendReply(frame: number, afterNs: Nanos): void {
    const { frames } = this;
    const departAt = this.kernel.now + afterNs;
    frames.sentAt[frame] = departAt;
    frames.firstSentAt[frame] = departAt;
    const client = frames.client[frame] as number;
    const clients = this.clients as Clients;
    const sender = this.servers[frames.server[frame] as number] as Server;
    const from = sender.host;
    const to = clients.hostOf[client] as number;
    let delayNs = afterNs + this.network.oneWayNs(from, to);
    if (this.network.isLimited)
      delayNs += this.network.transmissionNs(from, to, sender.replyBytes(frame), departAt);
    const delayClass = this.network.delayClass(from, to);
    const lane =
      this.toClient[delayClass] ?? this.addLane(this.toClient, delayClass, this.atClient);
    lane.postAfter(
      delayNs,
      clients.target[client] as number,
      frame,
      frames.status[frame] as number,
    );
  }

  private addLane(lanes: (Lane | undefined)[], delayClass: number, kind: number): Lane {
    const lane = this.kernel.lane(kind);
    lanes[delayClass] = lane;
    return lane;
  }

  private arriveAtServer(frame: number): void {
    const { frames } = this;
    const serverIndex = frames.server[frame] as number;
    const server = this.servers[serverIndex] as Server;
    const clients = this.clients as Clients;
    const client = frames.client[frame] as number;
    const from = clients.hostOf[client] as number;
    if (this.network.lost(from, server.host, frames.sentAt[frame] as number)) {
      this.retransmit(
        frame,
        from,
        server.host,
        this.atServer,
        this.serverTargets[serverIndex] as number,
      );
      return;
    }
    if (!server.hostUp) {
      frames.release(frame); // silence: nothing tells the client
      return;
    }
    if (!server.processUp || server.incarnation !== frames.serverIncarnation[frame]) {
      const connection = frames.connection[frame] as number;
      this.sendReset(serverIndex, client, connection, frames.connectionGeneration[frame] as number);
      frames.release(frame);
      return;
    }
    if ((frames.ticket[frame] as number) >= 0) this.receiveInOrder(server, frame);
    else server.receive(frame);
  }

  private receiveInOrder(server: Server, frame: number): void {
    const clients = this.clients as Clients;
    const connection = this.frames.connection[frame] as number;
    if (!clients.arrivesInTurn(frame)) return;
    for (let next = frame; next >= 0; next = clients.nextEarly(connection)) server.receive(next);
  }

  private arriveAtClient(frame: number): void {
    const { frames } = this;
    const clients = this.clients as Clients;
    const client = frames.client[frame] as number;
    const server = this.servers[frames.server[frame] as number] as Server;
    const to = clients.hostOf[client] as number;
    const sentAt = frames.sentAt[frame] as number;
    if (this.diedBeforeDelivery(server, frame, sentAt)) {
      frames.release(frame);
      return;
    }
    if (this.network.lost(server.host, to, sentAt)) {
      this.retransmit(frame, server.host, to, this.atClient, clients.target[client] as number);
      return;
    }
    clients.reply(frame);
  }

  /** A reply that had not left a dying process, or was in flight from a host that lost its power. */
  private diedBeforeDelivery(server: Server, frame: number, sentAt: Nanos): boolean {
    const incarnation = this.frames.serverIncarnation[frame] as number;
    const died = !server.processUp || server.incarnation !== incarnation;
    return died && (server.diedWithHost || server.diedAt <= sentAt);
  }

  /** TCP sends the frame again, unless its connection is closed or its sender's host is dead. */
  private retransmit(frame: number, from: number, to: number, kind: number, target: number): void {
    const { frames, kernel } = this;
    const clients = this.clients as Clients;
    const server = this.servers[frames.server[frame] as number] as Server;
    const senderLives =
      kind === this.atServer ? clients.isUp(frames.client[frame] as number) : server.hostUp;
    if (!senderLives || !clients.carries(frame)) {
      frames.release(frame);
      return;
    }
    const again = this.network.retransmitAt(frames.firstSentAt[frame] as number, kernel.now);
    frames.sentAt[frame] = again;
    kernel.schedule(again + this.network.oneWayNs(from, to), kind, target, frame, 0);
  }

  /** Nobody acknowledges what a client sends on a connection to a process: its host lost power, or the path is cut. */
  isSilent(client: number, server: number, incarnation: number): boolean {
    const { host, hostUp, incarnation: current } = this.servers[server] as Server;
    const from = (this.clients as Clients).hostOf[client] as number;
    return !hostUp || current !== incarnation || !this.network.reachable(from, host);
  }

  // Connections: slot packs nothing; the columns below hold what travels with a SYN and its answer.
  private readonly syns: {
    client: number;
    server: number;
    connection: number;
    generation: number;
    sentAt: Nanos;
    firstSentAt: Nanos;
    roundTrips: number;
    incarnation: number;
    /** Until when the client waits; SYNs sent so far. */
    untilNs: Nanos;
    sent: number;
  }[] = [];
  private readonly freeSyns: number[] = [];

  /** Opens a connection: `connected` or `reset` will be called, or neither when the server's host is silent. */
  connect(
    client: number,
    server: number,
    connection: number,
    generation: number,
    roundTrips: number,
    untilNs: Nanos,
  ): void {
    const slot = this.freeSyns.pop() ?? this.syns.length;
    const now = this.kernel.now;
    this.syns[slot] = {
      client,
      server,
      connection,
      generation,
      sentAt: now,
      firstSentAt: now,
      roundTrips,
      incarnation: -1,
      untilNs,
      sent: 1,
    };
    const from = (this.clients as Clients).hostOf[client] as number;
    const due = now + this.network.oneWayNs(from, (this.servers[server] as Server).host);
    this.kernel.schedule(due, this.connectAtServer, this.serverTargets[server] as number, slot, 0);
  }

  private connectArrives(slot: number): void {
    const syn = this.syns[slot] as (typeof this.syns)[number];
    const server = this.servers[syn.server] as Server;
    const clients = this.clients as Clients;
    const from = clients.hostOf[syn.client] as number;
    if (this.network.lost(from, server.host, syn.sentAt) || !server.hostUp) {
      this.sendSynAgain(slot);
      return;
    }
    if (server.paused && syn.roundTrips > 1) {
      this.freeSyns.push(slot);
      return;
    }
    const clientConnections = server.clientConnections + (this.accepted[syn.server] as number);
    if (!server.processUp || clientConnections >= server.maxclients) {
      this.sendReset(syn.server, syn.client, syn.connection, syn.generation);
      this.freeSyns.push(slot);
      return;
    }
    syn.incarnation = server.incarnation;
    this.accepted[syn.server] = (this.accepted[syn.server] as number) + 1;
    const oneWay = this.network.oneWayNs(server.host, from);
    const roundTrip = oneWay + this.network.oneWayNs(from, server.host);
    syn.sentAt = this.kernel.now;
    const due = this.kernel.now + oneWay + (syn.roundTrips - 1) * roundTrip;
    this.kernel.schedule(due, this.connectAtClient, clients.target[syn.client] as number, slot, 0);
  }

  /** Until the client gives up: what comes later nobody sees. */
  private sendSynAgain(slot: number): void {
    const syn = this.syns[slot] as (typeof this.syns)[number];
    const again = syn.firstSentAt + synAgainAfter(syn.sent);
    const clients = this.clients as Clients;
    if (again >= syn.untilNs || syn.sent > SYN_RETRIES || !clients.isUp(syn.client)) {
      this.freeSyns.push(slot);
      return;
    }
    syn.sent++;
    syn.sentAt = again;
    const from = clients.hostOf[syn.client] as number;
    const due = again + this.network.oneWayNs(from, (this.servers[syn.server] as Server).host);
    const target = this.serverTargets[syn.server] as number;
    this.kernel.schedule(due, this.connectAtServer, target, slot, 0);
  }

  private connectAnswered(slot: number): void {
    const syn = this.syns[slot] as (typeof this.syns)[number];
    const server = this.servers[syn.server] as Server;
    const to = (this.clients as Clients).hostOf[syn.client] as number;
    this.accepted[syn.server] = (this.accepted[syn.server] as number) - 1;
    if (this.network.lost(server.host, to, syn.sentAt) || !server.hostUp) {
      this.sendSynAgain(slot);
      return;
    }
    this.freeSyns.push(slot);
    (this.clients as Clients).connected(syn.connection, syn.generation, syn.incarnation);
  }

  /** The server's kernel tells one connection that it is closed. */
  sendReset(server: number, client: number, connection: number, generation: number): void {
    const slot = this.freeSyns.pop() ?? this.syns.length;
    const now = this.kernel.now;
    this.syns[slot] = {
      client,
      server,
      connection,
      generation,
      sentAt: now,
      firstSentAt: now,
      roundTrips: 0,
      incarnation: -1,
      untilNs: now,
      sent: 1,
    };
    const clients = this.clients as Clients;
    const due =
      now +
      this.network.oneWayNs(
        (this.servers[server] as Server).host,
        clients.hostOf[client] as number,
      );
    this.kernel.schedule(due, this.resetAtClient, clients.target[client] as number, slot, 0);
  }

  private resetArrives(slot: number): void {
    const syn = this.syns[slot] as (typeof this.syns)[number];
    this.freeSyns.push(slot);
    const to = (this.clients as Clients).hostOf[syn.client] as number;
    if (this.network.lost((this.servers[syn.server] as Server).host, to, syn.sentAt)) return;
    (this.clients as Clients).reset(syn.connection, syn.generation);
  }
}
