/**
 * How a client host finds the primary of a group that sentinels watch.
 *
 * Models: before it opens a connection after one broke, a client asks a sentinel for the primary's address, the next
 * sentinel when there is no answer in time, and the node it is sent to for its role; a node that does not lead, or does
 * not answer, is asked about again after a pause (a SYN that is lost is sent again); `+switch-master` heard from any sentinel where the client subscribes.
 * Leaves out: discovery of sentinels and replicas (both are known), connections to sentinels kept open, the asking of
 * each connection for itself: one host's connections share an answer.
 * Source: Redis documentation, guidelines for clients with support for Sentinel.
 */
import { MILLISECOND, type Nanos } from "../../base/nanos.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Stream } from "../../kernel/streams.ts";
import type { RedisNode } from "../engine/redis/redis-node.ts";
import type { Network } from "../network/network.ts";
import { synAgainAfter } from "../network/transport.ts";
import type { Sentinel } from "../sentinel/sentinel.ts";
import type { Group } from "../service/group.ts";
import type { ClientSettings } from "./client-settings.ts";
import type { Nearest } from "./nearest.ts";
import type { Learned, Router } from "./router.ts";

/** The guidelines say "a few hundred milliseconds" for both. */
export const SENTINEL_CLIENT: NonNullable<ClientSettings["sentinel"]> = {
  timeoutNs: 300 * MILLISECOND,
  retryNs: 300 * MILLISECOND,
  subscribe: false,
};

/** What a client waits for. */
type Stage = "sentinel" | "address" | "node" | "role" | "pause";

export class SentinelRouter implements Router {
  believed: number;
  /** No connection to the primary broke since its address was learnt. */
  fresh = true;
  asking = false;
  stage: Stage = "pause";
  /** Tells steps apart from those of an abandoned search. */
  step = 0;
  /** The question under way; its answer still belongs to it. */
  question = 0;
  /** The sentinel to ask: one that answered stays the first. */
  sentinel = 0;
  /** Sentinels in a row that did not answer. */
  silent = 0;
  sentAt: Nanos = 0;
  /** When the question at hand was first sent, and how many SYNs were. */
  askedAt: Nanos = 0;
  syns = 0;
  candidate = -1;
  readonly settings: NonNullable<ClientSettings["sentinel"]>;

  constructor(
    readonly group: Group,
    readonly client: {
      readonly name: string;
      readonly host: number;
      readonly settings: ClientSettings;
      /** The host has power. */
      readonly isUp: () => boolean;
      /** Requests that waited for the primary's address may go on. */
      readonly found: (from: number, to: number) => void;
    },
    private readonly stream: Stream,
    private readonly learned: Learned,
    private readonly discovery: SentinelDiscovery,
    /** Its nodes by distance, where reads go by it. */
    private readonly nearest: Nearest | null = null,
  ) {
    this.believed = (group.shards[0] as Group["shards"][number]).leader.index;
    this.settings = client.settings.sentinel ?? SENTINEL_CLIENT;
    discovery.add(this);
  }

  primaryOf(): number {
    return this.believed;
  }

  route(_shard: number, isRead: boolean, attempt: number): number {
    if (!isRead || this.client.settings.readFrom === "primary") return this.believed;
    if (this.nearest !== null) return this.nearest.node(attempt, this.stream);
    const replicas = [...this.group.nodes()].filter(({ index }) => index !== this.believed);
    if (replicas.length === 0) return this.believed;
    return (replicas[this.stream.nextInt(replicas.length)] as RedisNode).index;
  }

  /** No connection to this node may be opened before a sentinel was asked. */
  mustAsk(node: number): boolean {
    return node === this.believed && !this.fresh;
  }

  /** A connection broke, or was not made. */
  lost(node: number): void {
    if (node === this.believed) this.fresh = false;
  }

  ask(): void {
    if (!this.asking) this.discovery.begin(this);
  }

  /** The client's host lost its power. */
  forget(): void {
    this.asking = false;
    this.fresh = false;
    this.step++;
  }

  /** The node leads. */
  believe(node: number, cause: string): void {
    const from = this.believed;
    this.asking = false;
    this.fresh = true;
    this.step++;
    if (node !== from) {
      this.believed = node;
      this.learned(this.group, 1, node, cause);
    }
    this.client.found(from, node);
  }
}

/** All searches of a run. */
export class SentinelDiscovery {
  private readonly routers: SentinelRouter[] = [];
  private readonly targets: number[] = [];
  private readonly stepKind: number;
  private readonly timeoutKind: number;
  private readonly heardKind: number;
  /** Messages of subscriptions under way. */
  private readonly heard: { readonly from: number; readonly sentAt: Nanos; readonly by: string }[] =
    [];

  constructor(
    private readonly kernel: Kernel,
    private readonly network: Network,
  ) {
    this.stepKind = kernel.kind("sentinel-discovery", (_t, at, step) => {
      const router = this.routers[at] as SentinelRouter;
      if (router.step === step && router.client.isUp()) this.next(router);
    });
    this.timeoutKind = kernel.kind("sentinel-discovery-timeout", (_t, at, step) =>
      this.timedOut(this.routers[at] as SentinelRouter, step),
    );
    this.heardKind = kernel.kind("sentinel-subscription", (_t, slot, node) =>
      this.hear(slot, node),
    );
  }

  add(router: SentinelRouter): void {
    this.routers.push(router);
    this.targets.push(this.kernel.target(`sentinel-discovery/${router.client.name}`));
  }

  begin(router: SentinelRouter): void {
    if (!router.client.isUp()) return;
    router.asking = true;
    router.silent = 0;
    this.askSentinel(router);
  }

  /** A sentinel has another primary: it publishes that to who listens. */
  announce(group: Group, sentinel: Sentinel, node: number): void {
    for (const [at, router] of this.routers.entries()) {
      if (router.group !== group || !router.settings.subscribe) continue;
      const { now } = this.kernel;
      const slot = this.heard.length * this.routers.length + at;
      this.heard.push({ from: sentinel.host, sentAt: now, by: sentinel.id });
      const due = now + this.network.oneWayNs(sentinel.host, router.client.host);
      this.kernel.schedule(due, this.heardKind, this.targets[at] as number, slot, node);
    }
  }

  private hear(slot: number, node: number): void {
    const router = this.routers[slot % this.routers.length] as SentinelRouter;
    const message = this.heard[Math.floor(slot / this.routers.length)];
    if (message === undefined || !router.client.isUp() || router.believed === node) return;
    if (this.network.lost(message.from, router.client.host, message.sentAt)) return;
    router.believe(node, `+switch-master from ${message.by}`);
  }

  private sentinels(router: SentinelRouter): readonly Sentinel[] {
    return router.group.sentinels?.all ?? [];
  }

  /** Connects to a sentinel and asks: one round trip, then the question's way. */
  private askSentinel(router: SentinelRouter): void {
    const { host } = this.sentinels(router)[router.sentinel] as Sentinel;
    this.send(router, "sentinel", host, router.settings.timeoutNs);
  }

  private send(router: SentinelRouter, stage: Stage, to: number, timeoutNs: Nanos): void {
    const from = router.client.host;
    const there = this.network.oneWayNs(from, to);
    const due = 2 * there + this.network.oneWayNs(to, from);
    this.begun(router, stage, due);
    router.question++;
    router.askedAt = this.kernel.now;
    router.syns = 1;
    const at = this.routers.indexOf(router);
    const timeout = this.kernel.now + timeoutNs;
    const target = this.targets[at] as number;
    this.kernel.schedule(timeout, this.timeoutKind, target, at, router.question);
  }

  /** A stage that ends after a while. */
  private begun(router: SentinelRouter, stage: Stage, lastsNs: Nanos): void {
    router.stage = stage;
    router.step++;
    router.sentAt = this.kernel.now;
    const at = this.routers.indexOf(router);
    const due = this.kernel.now + lastsNs;
    this.kernel.schedule(due, this.stepKind, this.targets[at] as number, at, router.step);
  }

  private next(router: SentinelRouter): void {
    const { host } = router.client;
    const sentinel = this.sentinels(router)[router.sentinel] as Sentinel;
    const node = router.candidate < 0 ? null : this.nodeOf(router);
    switch (router.stage) {
      case "sentinel":
        this.atProcess(router, sentinel, "address", () => {
          const primary = router.group.sentinels?.primaryFor(sentinel);
          router.candidate = primary?.index ?? -1;
          return 0;
        });
        return;
      case "address":
        if (this.network.lost(sentinel.host, host, router.sentAt)) return;
        router.silent = 0;
        if (node !== null)
          this.send(router, "node", node.host, router.client.settings.connectTimeoutNs);
        return;
      case "node":
        if (node !== null) this.atProcess(router, node, "role", () => node.busyForNs());
        return;
      case "role":
        if (node === null || this.network.lost(node.host, host, router.sentAt)) return;
        if (node.leads) router.believe(node.index, `address from ${sentinel.id}`);
        else this.pause(router);
        return;
      case "pause":
        this.askSentinel(router);
        return;
    }
  }

  /** A question has come to a process: silence, a refusal, or an answer on its way. */
  private atProcess(
    router: SentinelRouter,
    process: Sentinel | RedisNode,
    then: Stage,
    answerAfter: () => Nanos,
  ): void {
    const { host } = router.client;
    if (this.network.lost(host, process.host, router.sentAt) || !process.hostUp) {
      this.sendSynAgain(router, process.host);
      return;
    }
    if (process.paused) return;
    if (!process.processUp) {
      this.failed(router);
      return;
    }
    this.begun(router, then, answerAfter() + this.network.oneWayNs(process.host, host));
  }

  /** As TCP does, until the question's timeout ends it. */
  private sendSynAgain(router: SentinelRouter, to: number): void {
    const { now } = this.kernel;
    const from = router.client.host;
    const again = router.askedAt + synAgainAfter(router.syns);
    router.syns++;
    const there = this.network.oneWayNs(from, to);
    const roundTrips = 2 * there + this.network.oneWayNs(to, from);
    this.begun(router, router.stage, Math.max(0, again - now) + roundTrips);
    router.sentAt = Math.max(now, again);
  }

  private timedOut(router: SentinelRouter, question: number): void {
    const open = router.asking && router.stage !== "pause" && router.question === question;
    if (open && router.client.isUp()) this.failed(router);
  }

  /** No answer: another sentinel, at once until all were asked; a node is asked about again after a pause. */
  private failed(router: SentinelRouter): void {
    const asksSentinel = router.stage === "sentinel" || router.stage === "address";
    if (!asksSentinel) {
      this.pause(router);
      return;
    }
    const { length } = this.sentinels(router);
    router.sentinel = (router.sentinel + 1) % length;
    router.silent++;
    if (router.silent % length === 0) this.pause(router);
    else this.askSentinel(router);
  }

  private pause(router: SentinelRouter): void {
    this.begun(router, "pause", router.settings.retryNs);
  }

  private nodeOf(router: SentinelRouter): RedisNode | null {
    for (const node of router.group.nodes()) if (node.index === router.candidate) return node;
    return null;
  }
}
