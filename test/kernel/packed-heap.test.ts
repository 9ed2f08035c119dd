import { describe, test } from "vitest";
import { EventRecords } from "../../src/kernel/event-records.ts";
import { PackedHeap } from "../../src/kernel/packed-heap.ts";
import { eventQueueLaws } from "./event-queue.laws.ts";

describe("PackedHeap", () => {
  const make = () => {
    const records = new EventRecords();
    return { records, queue: new PackedHeap(records) };
  };
  for (const [law, check] of Object.entries(eventQueueLaws(make))) test(law, check);
});
