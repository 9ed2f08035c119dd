import { describe, test } from "vitest";
import { EventRecords } from "../../src/kernel/event-records.ts";
import { LadderQueue } from "../../src/kernel/ladder-queue.ts";
import { eventQueueLaws } from "./event-queue.laws.ts";

describe("LadderQueue", () => {
  const make = () => {
    const records = new EventRecords();
    return { records, queue: new LadderQueue(records) };
  };
  for (const [law, check] of Object.entries(eventQueueLaws(make))) test(law, check);
});
