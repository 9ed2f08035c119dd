/**
 * The kernel: a clock in whole nanoseconds and the events to come, in a total order: due time, then
 * priority, then the sequence in which they were scheduled. No object, closure or promise per event.
 */
import { hash32, mix32 } from "../base/hash.ts";
import { invariant } from "../base/invariant.ts";
import { type Nanos, SECOND } from "../base/nanos.ts";
import { BudgetError } from "./budget-error.ts";
import { Digest, lanesToHex } from "./digest.ts";
import type { EventQueue } from "./event-queue.ts";
import {
  CANCELLED,
  EventRecords,
  FLOATS,
  GENERATION,
  KIND,
  NONE,
  ORDER,
  RECORDS_MAX,
  SEQUENCE,
  SLOT,
  TARGET,
  WORD,
  WORDS,
} from "./event-records.ts";
import { LadderQueue } from "./ladder-queue.ts";
import { type Lane, type LaneHost, RingLane } from "./lane.ts";
import { LaneHeads } from "./lane-heads.ts";
import { ShuffledQueue } from "./shuffled-queue.ts";
import { Streams } from "./streams.ts";

export type { Lane } from "./lane.ts";
export { BudgetError };

/**
 * What an event does when it fires.
 *
 * @param target - the entity it was scheduled for
 * @param slot - an index of the model's own, not in the digest
 * @param word - a 32-bit payload, in the digest
 */
export type EventHandler = (target: number, slot: number, word: number) => void;

export interface KernelSettings {
  /** 1 to 64 letters, digits, `_` or `-`. */
  readonly seed: string;
  /** How many events may fire, inclusive. */
  readonly maxEvents: number;
  /**
   * Who goes first among simultaneous events of equal priority: the one scheduled first (the
   * default), or the one whose target a seeded hash prefers; for one target always the former.
   */
  readonly tieBreak?: "schedule" | "shuffled";
  /** Which of the shuffled orders: any text but the empty one; the seed by default. */
  readonly tieSeed?: string;
  /** Where the sequence starts, for the test that lets it run over. */
  readonly firstSequence?: number;
}

/** Simulated time ends before 2^53 ns: 104 days. */
const NANOS_MAX: Nanos = Number.MAX_SAFE_INTEGER;
/** The order word holds the priority above 30 bits of sequence. */
const SEQUENCES = 1073741824;
const NO_KIND = 0;
const NOW = 0;
const CHECKPOINT = 1;
/** When the event that fires, or is being scheduled, is due. */
const DUE = 2;
const TWO_MINUS_32 = 2.3283064365386963e-10;

/** What `fireNext` did. A leftover is the record of a cancelled event. */
const NOTHING_DUE = 0;
const LEFTOVER = 1;
const FIRED = 2;

export class Kernel implements LaneHost {
  /** Events fired so far. */
  events = 0;
  /** Events scheduled, and neither fired nor cancelled. */
  pending = 0;
  /** Events fired at the time and priority of the one before, for another target. */
  ties = 0;
  readonly streams: Streams;
  private readonly seed: string;
  private readonly maxEvents: number;
  private readonly shuffleSeed: number | null;
  private readonly records = new EventRecords();
  private queue: EventQueue;
  private nextSequence: number;
  private readonly lanes: RingLane[] = [];
  private readonly laneHeads = new LaneHeads();
  // Kinds are numbered from 1.
  private readonly kindNames: string[] = [""];
  private readonly handlers: EventHandler[] = [() => undefined];
  private readonly kindHashes: number[] = [0];
  /** Priority times 2^30; NaN for no kind. */
  private readonly orderBases: number[] = [Number.NaN];
  private firedByKind = new Float64Array(64);
  private readonly targets = new Map<string, number>();
  private readonly targetHashes: number[] = [];
  private lastKind = NO_KIND;
  private lastTarget = 0;
  private readonly runDigest = new Digest();
  /** Times, at `NOW`, `CHECKPOINT` and `DUE`: V8 allocates for most doubles that go into a field or through a call. */
  private readonly clock = Float64Array.of(0, SECOND, 0);
  /** Checkpoints, three numbers for all of one digest: how many in a row, and its lanes. */
  private readonly checkpointRuns: number[] = [];

  constructor(settings: KernelSettings) {
    const { seed, maxEvents, tieBreak = "schedule", firstSequence = 0 } = settings;
    const { tieSeed = seed } = settings;
    invariant(maxEvents >= 0, "a budget of events is not negative", { maxEvents });
    this.streams = new Streams(seed);
    this.seed = seed;
    this.maxEvents = maxEvents;
    this.shuffleSeed = tieBreak === "shuffled" ? hash32(`ties/${tieSeed}`) : null;
    this.nextSequence = firstSequence;
    this.queue = this.createQueue();
  }

  /** Simulated time. */
  get now(): Nanos {
    return this.clock[NOW] as number;
  }

  /**
   * Registers a kind of event.
   *
   * @param name - stable: its hash goes into the digest
   * @param priority - 0 to 3; of simultaneous events those of the lowest fire first
   * @returns the number to schedule events by
   */
  kind(name: string, handler: EventHandler, priority = 1): number {
    invariant([0, 1, 2, 3].includes(priority), "a priority is 0, 1, 2 or 3", { name, priority });
    this.kindHashes.push(hash32(name) | 0);
    this.orderBases.push(priority * SEQUENCES);
    this.handlers.push(handler);
    const kind = this.kindNames.push(name) - 1;
    if (kind === this.firedByKind.length) {
      const fired = this.firedByKind;
      this.firedByKind = new Float64Array(2 * kind);
      this.firedByKind.set(fired);
    }
    return kind;
  }

  /** The number of the entity of that name: the same number for the same name. */
  target(name: string): number {
    let target = this.targets.get(name);
    if (target === undefined) {
      target = this.targetHashes.push(hash32(name) | 0) - 1;
      this.targets.set(name, target);
    }
    return target;
  }

  /**
   * Schedules an event; the answer, never 0, cancels it.
   *
   * @param dueNs - a whole number, not before `now` and at most 2^53 - 1
   * @throws InvariantError for any other due time, an unknown kind or an unknown target
   */
  schedule(dueNs: Nanos, kind: number, target: number, slot = 0, word = 0): number {
    this.clock[DUE] = dueNs;
    return this.handleOf(this.enqueue(kind, target, slot, word));
  }

  /**
   * Schedules an event that nobody will cancel, so long from now. A delay below 2 s goes through the call without an
   * allocation, which a time does not.
   *
   * @param delayNs - a whole number, at least 0
   */
  scheduleAfter(delayNs: Nanos, kind: number, target: number, slot = 0, word = 0): void {
    this.clock[DUE] = (this.clock[NOW] as number) + delayNs;
    this.enqueue(kind, target, slot, word);
  }

  /** Cancels in O(1); false when the event has fired or was cancelled. */
  cancel(handle: number): boolean {
    const generation = Math.floor(handle * (1 / RECORDS_MAX));
    const at = (handle & (RECORDS_MAX - 1)) * WORDS;
    const { words } = this.records;
    if (words[at + GENERATION] !== generation) return false;
    words[at + GENERATION] = (generation + 1) | 0;
    words[at + KIND] = CANCELLED;
    this.pending--;
    return true;
  }

  /**
   * A new lane for events of `kind` whose due times never decrease. Scheduling and cancelling on it
   * are O(1); the events fire exactly when and in the order as if scheduled by `schedule`.
   */
  lane(kind: number): Lane {
    const lane = new RingLane(
      this,
      this.laneHeads,
      kind,
      this.laneHeads.add(),
      this.shuffleSeed !== null,
    );
    this.lanes.push(lane);
    return lane;
  }

  /** When the next event is due; Infinity when there is none. */
  peek(): Nanos {
    while (this.laneHeads.firstDue < Number.POSITIVE_INFINITY)
      if ((this.lanes[this.laneHeads.first] as RingLane).hasLivingHead()) break;
    const laneDue = this.laneHeads.firstDue;
    for (;;) {
      const due = this.queue.firstDue();
      if (due >= laneDue) return laneDue;
      if (this.records.words[this.queue.first() * WORDS + KIND] !== CANCELLED) return due;
      this.records.release(this.queue.pop(due));
    }
  }

  /** Fires the next event; false when there is none. */
  step(): boolean {
    for (;;) {
      const fired = this.fireNext(Number.POSITIVE_INFINITY);
      if (fired !== LEFTOVER) return fired === FIRED;
    }
  }

  /**
   * Fires all events due at or before `timeNs`, those that they schedule too; then it is `timeNs`.
   *
   * @throws BudgetError when more than `maxEvents` would fire
   */
  runUntil(timeNs: Nanos): void {
    invariant(
      timeNs >= this.now && timeNs <= NANOS_MAX,
      "time never goes back, nor beyond 2^53 ns",
      {
        timeNs,
        now: this.now,
      },
    );
    while (this.fireNext(timeNs) !== NOTHING_DUE);
    if (timeNs >= (this.clock[CHECKPOINT] as number)) this.takeCheckpoints(timeNs);
    if (timeNs > this.now) this.lastKind = NO_KIND;
    this.clock[NOW] = timeNs;
  }

  /** A fingerprint of all events fired so far: due time, kind, target, word. 16 hex digits. */
  digest(): string {
    return this.runDigest.hex();
  }

  /** Kind and target of the event fired last, in words; "none" before the first. */
  get lastEvent(): string {
    if (this.lastKind === NO_KIND) return "none";
    const target = [...this.targets].find(([, number]) => number === this.lastTarget)?.[0];
    return `${this.kindNames[this.lastKind]} of ${target}`;
  }

  /** The digest after each whole simulated second, of the events due before its end. */
  get checkpoints(): string[] {
    const hexes: string[] = [];
    const { checkpointRuns: runs } = this;
    for (let i = 0; i < runs.length; i += 3) {
      const hex = lanesToHex(runs[i + 1] as number, runs[i + 2] as number);
      for (let second = 0; second < (runs[i] as number); second++) hexes.push(hex);
    }
    return hexes;
  }

  /** How many events fired of each kind, most frequent first; kinds of one name count as one. */
  get eventsByKind(): { readonly name: string; readonly events: number }[] {
    const sums = new Map<string, number>();
    for (let kind = 1; kind < this.kindNames.length; kind++) {
      const name = this.kindNames[kind] as string;
      sums.set(name, (sums.get(name) ?? 0) + (this.firedByKind[kind] as number));
    }
    const list = [...sums].map(([name, events]) => ({ name, events }));
    return list.sort((a, b) => b.events - a.events || (a.name < b.name ? -1 : 1));
  }

  /** For lanes: checks what is to be scheduled, due at `times[at]`, and answers its order word. */
  nextOrder(times: Float64Array, at: number, kind: number, target: number): number {
    const dueNs = times[at] as number;
    const base = this.orderBases[kind];
    if (
      !(dueNs >= this.now && dueNs <= NANOS_MAX && target >= 0) ||
      Math.floor(dueNs) !== dueNs ||
      target >= this.targetHashes.length ||
      !(base !== undefined && base >= 0)
    ) {
      this.refuse(dueNs, kind, target);
    }
    if (this.nextSequence === SEQUENCES) this.renumber();
    const sequence = this.nextSequence++;
    return this.shuffleSeed === null
      ? (base as number) + sequence
      : this.tieOrder(dueNs, kind, target);
  }

  /** For lanes: the sequence of the order word answered last. */
  get lastSequence(): number {
    return this.nextSequence - 1;
  }

  /** Queues an event that is due at `DUE`; answers its record. */
  private enqueue(kind: number, target: number, slot: number, word: number): number {
    const { clock, records } = this;
    const order = this.nextOrder(clock, DUE, kind, target);
    if (records.isFull) this.sweep();
    const record = records.take();
    const { words } = records;
    const at = record * WORDS;
    records.floats[record * FLOATS] = clock[DUE] as number;
    words[at + KIND] = kind;
    words[at + TARGET] = target;
    words[at + SLOT] = slot;
    words[at + WORD] = word;
    words[at + ORDER] = order;
    words[at + SEQUENCE] = this.nextSequence - 1;
    this.queue.push(record);
    this.pending++;
    return record;
  }

  private handleOf(record: number): number {
    const generation = this.records.words[record * WORDS + GENERATION] as number;
    return generation * RECORDS_MAX + record;
  }

  /** Fires the first event of lanes and queue, or removes a leftover, if that is due at `limitNs` or before. */
  private fireNext(limitNs: Nanos): number {
    const { records, queue, laneHeads } = this;
    const laneDue = laneHeads.firstDue;
    if (laneDue <= limitNs) {
      const due = queue.firstDue();
      if (laneDue < due || (laneDue === due && this.isLaneFirst())) {
        this.clock[DUE] = laneDue;
        return this.fireLane();
      }
    }
    const record = queue.pop(limitNs);
    if (record === NONE) return NOTHING_DUE;
    const at = record * WORDS;
    const { words } = records;
    this.clock[DUE] = records.floats[record * FLOATS] as number;
    const kind = words[at + KIND] as number;
    const target = words[at + TARGET] as number;
    const slot = words[at + SLOT] as number;
    const word = words[at + WORD] as number;
    records.release(record);
    if (kind === CANCELLED) return LEFTOVER;
    this.fire(kind, target, slot, word);
    return FIRED;
  }

  /** Lanes and queue hold events of the same due time: whether the lane's comes before the queue's. */
  private isLaneFirst(): boolean {
    if (this.laneHeads.firstDue === Number.POSITIVE_INFINITY) return false;
    const { words } = this.records;
    const at = this.queue.first() * WORDS;
    const order = (words[at + ORDER] as number) >>> 0;
    const { firstOrder, firstSequence } = this.laneHeads;
    return firstOrder === order
      ? firstSequence < (words[at + SEQUENCE] as number)
      : firstOrder < order;
  }

  private fireLane(): number {
    const lane = this.lanes[this.laneHeads.first] as RingLane;
    if (!lane.hasLivingHead()) return LEFTOVER;
    const target = lane.headTarget();
    const slot = lane.headSlot();
    const word = lane.headWord();
    lane.removeHead();
    this.fire(lane.kind, target, slot, word);
    return FIRED;
  }

  /** Fires an event that is due at `DUE`. */
  private fire(kind: number, target: number, slot: number, word: number): void {
    const { clock } = this;
    const due = clock[DUE] as number;
    if (this.events >= this.maxEvents) this.endBudget(due);
    if (due >= (clock[CHECKPOINT] as number)) this.takeCheckpoints(due);
    if (due === clock[NOW]) this.countTie(kind, target);
    clock[NOW] = due;
    this.events++;
    this.pending--;
    this.lastKind = kind;
    this.lastTarget = target;
    this.firedByKind[kind] = (this.firedByKind[kind] as number) + 1;
    this.runDigest.foldEvent(
      due | 0,
      (due * TWO_MINUS_32) | 0,
      this.kindHashes[kind] as number,
      this.targetHashes[target] as number,
      word,
    );
    (this.handlers[kind] as EventHandler)(target, slot, word);
  }

  private countTie(kind: number, target: number): void {
    if (target === this.lastTarget) return;
    if (this.orderBases[kind] === this.orderBases[this.lastKind]) this.ties++;
  }

  private takeCheckpoints(until: Nanos): void {
    const [first, second] = this.runDigest.lanes;
    const next = this.clock[CHECKPOINT] as number;
    const seconds = Math.floor((until - next) / SECOND) + 1;
    this.checkpointRuns.push(seconds, first, second);
    this.clock[CHECKPOINT] = next + seconds * SECOND;
  }

  /** Order word of a shuffled event: priority, then 30 bits of a hash of seed, due time, target. */
  private tieOrder(dueNs: Nanos, kind: number, target: number): number {
    const time = mix32(
      (dueNs | 0) ^ mix32(Math.floor(dueNs / 4294967296) + (this.shuffleSeed ?? 0)),
    );
    const hash = mix32(time ^ (this.targetHashes[target] as number));
    return (this.orderBases[kind] as number) + (hash >>> 2);
  }

  private createQueue(): EventQueue {
    return this.shuffleSeed === null
      ? new LadderQueue(this.records)
      : new ShuffledQueue(this.records);
  }

  /** Takes all records off the queue, in order, frees those of cancelled events, and starts anew. */
  private drain(): number[] {
    const { records, queue } = this;
    const kept: number[] = [];
    for (;;) {
      const record = queue.pop(Number.POSITIVE_INFINITY);
      if (record === NONE) break;
      if (records.words[record * WORDS + KIND] === CANCELLED) records.release(record);
      else kept.push(record);
    }
    this.queue = this.createQueue();
    return kept;
  }

  /** Frees the records of cancelled events that are not due yet, when they are half of all. */
  private sweep(): void {
    if (2 * this.records.countCancelled() < this.records.capacity) return;
    for (const record of this.drain()) this.queue.push(record);
  }

  /**
   * The sequence has run over, after 2^30 events: the pending events get the numbers from 0, in the
   * same order.
   */
  private renumber(): void {
    const { records, lanes } = this;
    const { words } = records;
    const kept = this.drain();
    const sequences: number[] = [];
    for (const lane of lanes) lane.collectSequences(sequences);
    for (const record of kept) sequences.push(words[record * WORDS + SEQUENCE] as number);
    const ranks = new Map(
      sequences.sort((a, b) => a - b).map((sequence, rank) => [sequence, rank]),
    );
    this.nextSequence = ranks.size;
    for (const record of kept) {
      const at = record * WORDS;
      const rank = ranks.get(words[at + SEQUENCE] as number) as number;
      words[at + SEQUENCE] = rank;
      if (this.shuffleSeed === null) {
        words[at + ORDER] = (this.orderBases[words[at + KIND] as number] as number) + rank;
      }
      this.queue.push(record);
    }
    for (const lane of lanes) {
      const base = this.orderBases[lane.kind] as number;
      lane.renumber(ranks, this.shuffleSeed === null ? (rank) => base + rank : null);
    }
  }

  private refuse(dueNs: Nanos, kind: number, target: number): never {
    const claim = "an event is due at a whole nanosecond from now on, of a known kind and target";
    const name = this.kindNames[kind] ?? null;
    const facts = { dueNs, now: this.now, kind, name, target };
    invariant(false, claim, { ...facts, pending: this.pending });
  }

  private endBudget(due: Nanos): never {
    throw new BudgetError({
      seed: this.seed,
      now: due,
      maxEvents: this.maxEvents,
      kinds: this.eventsByKind.slice(0, 3),
    });
  }
}
