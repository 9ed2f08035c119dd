import { describe, test } from "vitest";
import { EventRecords } from "../../src/kernel/event-records.ts";
import { ShuffledQueue } from "../../src/kernel/shuffled-queue.ts";
import { eventQueueLaws } from "./event-queue.laws.ts";

describe("ShuffledQueue", () => {
  const make = () => {
    const records = new EventRecords();
    return { records, queue: new ShuffledQueue(records) };
  };
  for (const [law, check] of Object.entries(eventQueueLaws(make))) test(law, check);
});
