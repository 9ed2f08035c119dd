/**
 * A source of requests from client hosts in zones.
 *
 * Models: the key, size, operation, zone, service demand and (with jitter) TTL of a request drawn at its arrival, each from a stream of its
 * own; arrivals of a dark zone go to the living ones with the same draws.
 * Leaves out: writes of several keys, transactions, commands other than GET, MGET and SET. Of the keys that an MGET reads
 * the drawn one stands for all in what is recorded.
 */
import { Factors } from "../../base/factors.ts";
import { COMMAND_GET, COMMAND_SET } from "../../journal/operation-columns.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { createSampler, type Sampler, sampleNanos } from "../../kernel/sampler.ts";
import type { Stream } from "../../kernel/streams.ts";
import type { ClientFleet } from "../client/client-fleet.ts";
import type { KeyMap } from "../client/key-map.ts";
import { DrawnKeys } from "./drawn-keys.ts";
import { createKeyChoice } from "./hot-set.ts";
import type { KeyTrace } from "./key-trace.ts";
import { OpenLoop } from "./open-loop.ts";
import type { Issuer, Pace } from "./pace.ts";
import { Recorded } from "./recorded.ts";
import type { CollectionValues, TrafficSettings } from "./traffic-settings.ts";
import { Users } from "./users.ts";
import { collectionValueBytes } from "./value-bytes.ts";

/** A shard, as far as a source of requests looks at it. */
interface Home {
  readonly leader: { readonly keyspace: { writeId(key: number): number } };
}

export class TrafficSource implements Issuer {
  readonly name: string;
  /** Requests that arrived. */
  issued = 0;
  private readonly pace: Pace;
  /** Null where requests are drawn. */
  private readonly recorded: Recorded | null;
  private readonly trace: KeyTrace | null;
  /** Factors by which faults multiply the rate. */
  private readonly surges = new Factors();
  /** Shares of requests that go to one key, by faults; the first that applies wins. */
  private readonly hotShares: number[] = [];
  private readonly hot: Stream;
  private readonly setShare: number;
  private readonly zones: Stream;
  private readonly operations: Stream;
  private readonly keys: DrawnKeys;
  private readonly sizes: Stream;
  private readonly service: Stream;
  /** Null when all TTLs are alike. */
  private readonly ttls: Stream | null;
  private readonly ttlMinNs: number;
  private readonly ttlSpanNs: number;
  private readonly firstKey: number;
  /** What was looked at goes here, for else V8 leaves the look out. */
  looked = 0;
  private readonly valueSampler: Sampler;
  /** Null where values are strings. */
  private readonly collection: CollectionValues | null;
  private readonly perGet: number;
  private readonly constantValue: number;
  private readonly serviceSampler: Sampler;
  private readonly constantService: number;

  constructor(
    settings: TrafficSettings,
    private readonly index: number,
    /** Sessions of this source, one a zone, in order of the zones. */
    private readonly sessions: readonly number[],
    private readonly keyMap: KeyMap,
    commandTime: Sampler,
    private readonly fleet: ClientFleet,
    private readonly kernel: Kernel,
    /** By shard: who will be asked for its keys. */
    private readonly homes: readonly Home[],
  ) {
    this.name = settings.name;
    const of = `traffic/${settings.name}`;
    this.setShare = settings.setShare;
    this.zones = kernel.streams.stream(of, "zones");
    this.operations = kernel.streams.stream(of, "operations");
    this.sizes = kernel.streams.stream(of, "sizes");
    this.service = kernel.streams.stream(of, "service");
    const { ttlNs, ttlJitter } = settings.keys;
    this.ttls = ttlJitter > 0 ? kernel.streams.stream(of, "ttl-jitter") : null;
    this.ttlMinNs = (ttlNs ?? 0) * (1 - ttlJitter);
    this.ttlSpanNs = 2 * (ttlNs ?? 0) * ttlJitter;
    this.hot = kernel.streams.stream(of, "hot-key");
    this.firstKey = settings.keys.first;
    const { first, popularity } = settings.keys;
    this.keys = new DrawnKeys(
      createKeyChoice(settings.keys, {
        clock: kernel,
        shardOf: (key) => keyMap.shardOf(first + key),
      }),
      kernel.streams.stream(of, "keys"),
      first,
      popularity.kind === "hot-set" && popularity.shiftEveryNs !== null,
      (keys) => this.bringNear(keys),
    );
    this.valueSampler = createSampler(settings.keys.valueSize);
    this.collection = settings.keys.collection;
    this.perGet = settings.keys.perGet;
    this.constantValue = this.valueSampler.constant ?? -1;
    this.serviceSampler = commandTime;
    this.constantService = commandTime.constant ?? -1;
    const { name, arrivals } = settings;
    this.recorded =
      arrivals.kind === "recorded" ? new Recorded(name, arrivals, this, kernel) : null;
    this.trace = arrivals.kind === "recorded" ? arrivals.trace : null;
    this.pace =
      this.recorded ??
      (arrivals.kind === "users"
        ? new Users(name, arrivals, this, kernel)
        : new OpenLoop(name, arrivals, this, kernel));
  }

  start(): void {
    this.pace.start();
  }

  /** One of the source's requests has ended. */
  requestEnded(): void {
    this.pace.requestEnded();
  }

  /** Multiplies the rate (+1), or takes the factor back (-1), from the next arrival on. */
  changeSurge(factor: number, by: 1 | -1): void {
    this.surges.change(factor, by);
    this.pace.surged(this.surges.product);
  }

  /** A share of all requests goes to the first key (+1), or no longer does (-1). */
  changeHotShare(share: number, by: 1 | -1): void {
    if (by === 1) this.hotShares.push(share);
    else this.hotShares.splice(this.hotShares.indexOf(share), 1);
  }

  /** What faults write here, for comparison with a run that had none. */
  faultState(): readonly unknown[] {
    return [this.surges.product, [...this.hotShares]];
  }

  issue(): boolean {
    if (this.recorded !== null && this.trace !== null)
      return this.issueRecorded(this.trace, this.recorded.row);
    const { fleet } = this;
    const { requests } = fleet;
    const draw = this.zones.next();
    let key = this.keys.take();
    if (this.hotShares.length > 0 && this.goesHot()) key = this.firstKey;
    const command = this.operations.next() < this.setShare ? COMMAND_SET : COMMAND_GET;
    let value = this.constantValue >= 0 ? this.constantValue : this.valueSampler.sample(this.sizes);
    if (this.collection !== null)
      value = collectionValueBytes(this.collection, key - this.firstKey);
    let service =
      this.constantService >= 0
        ? this.constantService
        : sampleNanos(this.serviceSampler, this.service);
    if (this.perGet !== 1 && command === COMMAND_GET) service *= this.perGet;
    const ttl =
      this.ttls === null ? 0 : Math.round(this.ttlMinNs + this.ttls.next() * this.ttlSpanNs);
    const { sessions } = this;
    const drawn = sessions[Math.floor(draw * sessions.length)] as number;
    const session = fleet.isUp(drawn) ? drawn : this.pickLiving(draw);
    if (session < 0) return false;
    const request = requests.allocate();
    requests.traffic[request] = this.index;
    requests.client[request] = session;
    requests.number[request] = this.issued++;
    requests.key[request] = key;
    requests.shard[request] = this.keyMap.shardOf(key);
    requests.local[request] = this.keyMap.localOf(key);
    requests.command[request] = command;
    requests.valueBytes[request] = Math.max(1, Math.round(value));
    requests.serviceNs[request] = service;
    if (this.ttls !== null) requests.ttlNs[request] = Math.max(1, ttl);
    requests.arrivedAt[request] = this.kernel.now;
    fleet.begin(request);
    return true;
  }

  /** A request of the recording; its zone and service time are drawn. */
  private issueRecorded(trace: KeyTrace, row: number): boolean {
    const draw = this.zones.next();
    const service =
      this.constantService >= 0
        ? this.constantService
        : sampleNanos(this.serviceSampler, this.service);
    const drawn = this.sessions[Math.floor(draw * this.sessions.length)] as number;
    const session = this.fleet.isUp(drawn) ? drawn : this.pickLiving(draw);
    if (session < 0) return false;
    const isHot = this.hotShares.length > 0 && this.goesHot();
    const key = this.firstKey + (isHot ? 0 : (trace.keys[row] as number));
    const { requests } = this.fleet;
    const request = requests.allocate();
    requests.traffic[request] = this.index;
    requests.client[request] = session;
    requests.number[request] = this.issued++;
    requests.key[request] = key;
    requests.shard[request] = this.keyMap.shardOf(key);
    requests.local[request] = this.keyMap.localOf(key);
    requests.command[request] = trace.sets[row] === 1 ? COMMAND_SET : COMMAND_GET;
    requests.valueBytes[request] = trace.valueBytes[row] as number;
    requests.serviceNs[request] = service;
    requests.ttlNs[request] = trace.ttlNs[row] as number;
    requests.arrivedAt[request] = this.kernel.now;
    this.fleet.begin(request);
    return true;
  }

  /** Looks where keys live, and what they hold there: a whole block's misses of the processor's cache overlap. */
  private bringNear(keys: Int32Array): void {
    const { keyMap, homes } = this;
    let looked = 0;
    for (let i = 0; i < keys.length; i++) looked ^= keyMap.shardOf(keys[i] as number);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as number;
      const { leader } = homes[keyMap.shardOf(key)] as Home;
      looked ^= leader.keyspace.writeId(keyMap.localOf(key));
    }
    this.looked = looked;
  }

  private goesHot(): boolean {
    return this.hotShares.some((share) => this.hot.next() < share);
  }

  /** While the drawn zone is dark: a living one's session by the same draw; -1 when none lives. */
  private pickLiving(draw: number): number {
    const { sessions, fleet } = this;
    let living = 0;
    for (const session of sessions) if (fleet.isUp(session)) living++;
    let before = Math.floor(draw * living);
    for (const session of sessions) if (fleet.isUp(session) && before-- === 0) return session;
    return -1;
  }
}
