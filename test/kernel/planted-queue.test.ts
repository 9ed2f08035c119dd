/** A bug planted in a queue turns a law of queues red: the laws are tested too. */
import { describe, expect, test } from "vitest";
import type { Nanos } from "../../src/base/nanos.ts";
import { EventRecords, NONE, ORDER, WORDS } from "../../src/kernel/event-records.ts";
import { PackedHeap } from "../../src/kernel/packed-heap.ts";
import { eventQueueLaws } from "./event-queue.laws.ts";

/** A heap that somebody got wrong. */
type Wrong = new (records: EventRecords) => PackedHeap;

const wrong: Readonly<Record<string, Wrong>> = {
  "events of one time come out as they please": class extends PackedHeap {
    constructor(private readonly all: EventRecords) {
      super(all);
    }
    override push(record: number): void {
      const { words } = this.all;
      const order = words[record * WORDS + ORDER] as number;
      words[record * WORDS + ORDER] = 0;
      super.push(record);
      words[record * WORDS + ORDER] = order;
    }
  },
  "priorities are read as signed": class extends PackedHeap {
    constructor(private readonly all: EventRecords) {
      super(all);
    }
    override push(record: number): void {
      const { words } = this.all;
      const order = words[record * WORDS + ORDER] as number;
      words[record * WORDS + ORDER] = order ^ -(2 ** 31);
      super.push(record);
      words[record * WORDS + ORDER] = order;
    }
  },
  "one event in a hundred is lost": class extends PackedHeap {
    private pushes = 0;
    override push(record: number): void {
      if (++this.pushes % 100 !== 0) super.push(record);
    }
  },
  "the limit is one nanosecond off": class extends PackedHeap {
    override pop(limitNs: Nanos): number {
      return super.pop(limitNs + 1);
    }
  },
  "an event comes out twice": class extends PackedHeap {
    private pops = 0;
    private last = NONE;
    override pop(limitNs: Nanos): number {
      if (++this.pops % 7 === 0 && this.last !== NONE) return this.last;
      this.last = super.pop(limitNs);
      return this.last;
    }
  },
  "the first is told before it is first": class extends PackedHeap {
    override firstDue(): Nanos {
      return super.firstDue() - 1;
    }
  },
};

describe("a wrong queue", () => {
  test.each(Object.entries(wrong))("%s: some law turns red", (_, Queue) => {
    const make = () => {
      const records = new EventRecords();
      return { records, queue: new Queue(records) };
    };
    const red = Object.entries(eventQueueLaws(make)).filter(([, law]) => {
      try {
        law();
        return false;
      } catch {
        return true;
      }
    });
    expect(red.map(([name]) => name)).not.toEqual([]);
  });
});
