/** What every event queue must obey, checked against a sorted list that forgets nothing. */
import { expect } from "vitest";
import type { EventQueue } from "../../src/kernel/event-queue.ts";
import {
  type EventRecords,
  FLOATS,
  KIND,
  NONE,
  ORDER,
  SEQUENCE,
  WORDS,
} from "../../src/kernel/event-records.ts";
import { Stream } from "../../src/kernel/streams.ts";

export interface QueueUnderTest {
  readonly records: EventRecords;
  readonly queue: EventQueue;
}

interface Entry {
  readonly due: number;
  readonly order: number;
  readonly sequence: number;
  readonly record: number;
}

const inOrder = (a: Entry, b: Entry): number =>
  a.due - b.due || a.order - b.order || a.sequence - b.sequence;

/** Feeds a queue and its model side by side. */
class Twin {
  private readonly model: Entry[] = [];
  private sequence = 0;
  now = 0;

  constructor(private readonly test: QueueUnderTest) {}

  get size(): number {
    return this.model.length;
  }

  push(delay: number, priority = 1): void {
    const { records, queue } = this.test;
    const record = records.take();
    const sequence = this.sequence++;
    const order = priority * 2 ** 30 + sequence;
    const due = this.now + delay;
    records.floats[record * FLOATS] = due;
    records.words[record * WORDS + KIND] = 1;
    records.words[record * WORDS + ORDER] = order;
    records.words[record * WORDS + SEQUENCE] = sequence;
    queue.push(record);
    const entry = { due, order, sequence, record };
    let at = this.model.length;
    this.model.push(entry);
    for (; at > 0 && inOrder(this.model[at - 1]!, entry) < 0; at--) {
      this.model[at] = this.model[at - 1]!;
    }
    this.model[at] = entry;
  }

  pop(): void {
    const { records, queue } = this.test;
    const expected = this.model.pop()!;
    if (queue.firstDue() !== expected.due) expect(queue.firstDue()).toBe(expected.due);
    if (queue.first() !== expected.record) expect(queue.first()).toBe(expected.record);
    if (queue.pop(expected.due - 1) !== NONE) expect.fail("popped an event after the limit");
    const record = queue.pop(expected.due);
    if (record !== expected.record) expect(record).toBe(expected.record);
    this.now = expected.due;
    records.release(record);
  }

  drain(): void {
    while (this.model.length > 0) this.pop();
    expect(this.test.queue.firstDue()).toBe(Number.POSITIVE_INFINITY);
    expect(this.test.queue.pop(Number.POSITIVE_INFINITY)).toBe(NONE);
  }
}

/** Delays of every shape that made some queue slow or wrong. */
const DELAYS: Record<string, (stream: Stream, i: number) => number> = {
  exponential: (stream) => Math.floor(stream.exponential() * 1e6),
  "exponential of few nanoseconds": (stream) => Math.floor(stream.exponential() * 5),
  "all the same": () => 1000,
  zero: () => 0,
  "zero or one": (stream) => stream.nextInt(2),
  "two scales": (stream) => (stream.next() < 0.9 ? stream.nextInt(100) : 1e9 + stream.nextInt(1e6)),
  "far outliers": (stream) => (stream.next() < 0.01 ? 1e14 : stream.nextInt(1000)),
  "strictly increasing": (_stream, i) => 1e6 + i,
  "strictly decreasing": (_stream, i) => Math.max(0, 1e6 - i),
  "powers of ten": (stream) => 10 ** stream.nextInt(12),
  "multiples of a millisecond": (stream) => stream.nextInt(50) * 1e6,
  "bursts at one time": (_stream, i) => (i % 97 === 0 ? 50_000 : 7),
};

export const eventQueueLaws = (make: () => QueueUnderTest): Record<string, () => void> => {
  const laws: Record<string, () => void> = {
    "an empty queue is due never": () => {
      expect(make().queue.firstDue()).toBe(Number.POSITIVE_INFINITY);
    },
    "simultaneous events come by priority, then as they were scheduled": () => {
      const twin = new Twin(make());
      for (let i = 0; i < 1000; i++) twin.push(5, (i * 7) % 4);
      twin.drain();
    },
    "clusters within clusters, each a fortieth as wide, keep their order": () => {
      const twin = new Twin(make());
      for (let i = 0; i < 30; i++) twin.push((i * 7) % 30);
      for (let i = 1; i < 10; i++) twin.push(30 * 40 ** i);
      twin.drain();
    },
    "times up to 2^53 - 1 keep their order": () => {
      const twin = new Twin(make());
      for (let i = 0; i < 200; i++) twin.push(Number.MAX_SAFE_INTEGER - ((i * 37) % 100));
      for (let i = 0; i < 200; i++) twin.push(i);
      twin.drain();
    },
  };
  for (const [name, delay] of Object.entries(DELAYS)) {
    for (const size of [3, 40, 300, 3000]) {
      laws[`total order: ${name}, ${size} pending`] = () => {
        const stream = new Stream(`${name}/${size}`);
        const twin = new Twin(make());
        for (let i = 0; i < size; i++) twin.push(delay(stream, i), stream.nextInt(4));
        for (let i = 0; i < 4 * size; i++) {
          twin.pop();
          twin.push(delay(stream, size + i), stream.nextInt(4));
        }
        twin.drain();
      };
    }
    laws[`total order: ${name}, filling and draining in waves`] = () => {
      const stream = new Stream(name);
      const twin = new Twin(make());
      for (let wave = 0; wave < 12; wave++) {
        const size = stream.nextInt(400);
        for (let i = 0; i < size; i++) twin.push(delay(stream, i), stream.nextInt(4));
        for (let i = stream.nextInt(twin.size + 1); i > 0; i--) twin.pop();
      }
      twin.drain();
    };
  }
  return laws;
};
