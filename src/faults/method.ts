/** Runs a scenario's method: schedules its entries, injects and heals faults, takes the human steps. */

import { type Nanos, toSeconds } from "../base/nanos.ts";
import { ScenarioError } from "../base/scenario-error.ts";
import type { JournalRecord } from "../journal/records.ts";
import type { Stream } from "../kernel/streams.ts";
import type { World } from "../model/world.ts";
import type {
  FaultSettings,
  MethodEntry,
  StepSettings,
  Trigger,
  TriggerEvent,
  TriggerState,
} from "./contract.ts";
import type { FaultKind, Injected } from "./fault-kind.ts";
import { faultKinds } from "./registry.ts";
import { takeStep } from "./steps.ts";

type RandomTrigger = Extract<Trigger, { readonly kind: "random" }>;

interface Holding {
  readonly number: number;
  readonly kind: string;
  readonly injected: Injected;
}

export class Method {
  private readonly fireKind: number;
  private readonly healKind: number;
  /** By entry: each its own, so that entries of one moment may race when ties are shuffled. */
  private readonly targets: readonly number[];
  private readonly holdings: Holding[] = [];
  private readonly waiting: { readonly entry: MethodEntry; fired: boolean }[] = [];

  constructor(
    private readonly world: World,
    private readonly entries: readonly MethodEntry[],
  ) {
    const { kernel } = world;
    this.targets = entries.map((_, i) => kernel.target(`method/${i}`));
    this.fireKind = kernel.kind(
      "method-entry",
      (_t, entry) => this.fire(this.entries[entry] as MethodEntry),
      0,
    );
    this.healKind = kernel.kind(
      "fault-heal",
      (_t, holding) => this.heal(this.holdings[holding] as Holding),
      0,
    );
  }

  start(): void {
    const { kernel } = this.world;
    for (const [slot, entry] of this.entries.entries()) {
      const { trigger } = entry;
      if (trigger.kind === "at")
        kernel.schedule(trigger.atNs, this.fireKind, this.targets[slot] as number, slot, slot);
      else if (trigger.kind === "every") {
        for (let i = 0; i < trigger.times; i++) {
          kernel.schedule(
            trigger.firstNs + i * trigger.everyNs,
            this.fireKind,
            this.targets[slot] as number,
            slot,
            slot,
          );
        }
      } else if (trigger.kind === "random") this.scheduleRandom(slot, trigger, trigger.fromNs);
      else this.waiting.push({ entry, fired: false });
    }
    if (this.waiting.length > 0) this.world.recorder.listen((record) => this.heard(record));
  }

  /** Schedules the next injection of a random entry, unless the window ends before. */
  private scheduleRandom(slot: number, trigger: RandomTrigger, after: Nanos): void {
    const { kernel } = this.world;
    const due = after + shifted(this.times(slot), trigger.minGapNs, trigger.meanGapNs);
    if (due < trigger.untilNs)
      kernel.schedule(due, this.fireKind, this.targets[slot] as number, slot, slot);
  }

  private times(slot: number): Stream {
    return this.world.kernel.streams.stream(`method/${slot}`, "times");
  }

  private heard(record: JournalRecord): void {
    const { kernel } = this.world;
    for (const waiting of this.waiting) {
      const { trigger } = waiting.entry;
      if (waiting.fired || !matches(trigger, record)) continue;
      waiting.fired = true;
      const delay = trigger.kind === "after" ? trigger.delayNs : 0;
      const slot = this.entries.indexOf(waiting.entry);
      kernel.schedule(record.at + delay, this.fireKind, this.targets[slot] as number, slot, slot);
    }
  }

  private fire(entry: MethodEntry): void {
    const { trigger } = entry;
    let { durationNs } = entry;
    if (trigger.kind === "random") {
      const slot = this.entries.indexOf(entry);
      const { meanForNs, minForNs } = trigger;
      if (meanForNs !== null) durationNs = shifted(this.times(slot), minForNs, meanForNs);
      this.scheduleRandom(slot, trigger, this.world.kernel.now + (durationNs ?? 0));
    }
    if ("step" in entry.action) this.step(entry, entry.action);
    else this.inject(entry, entry.action, durationNs);
    this.world.review();
  }

  private step(entry: MethodEntry, step: StepSettings): void {
    const { trigger } = entry;
    const decidedAfterNs = trigger.kind === "after" ? trigger.delayNs : null;
    this.world.recorder.causing(() => {
      const targets = takeStep(this.world, step);
      return { kind: "step", at: this.world.kernel.now, step: step.step, targets, decidedAfterNs };
    });
  }

  private inject(entry: MethodEntry, settings: FaultSettings, durationNs: Nanos | null): void {
    const { kernel, recorder } = this.world;
    const kind = faultKinds[settings.fault] as unknown as FaultKind<FaultSettings>;
    const stream = kernel.streams.stream(`method/${entry.index}`, "targets");
    let injected: Injected | null = null;
    const number = this.holdings.length + 1;
    recorder.causing(() => {
      injected = kind.inject(this.world, settings, () => stream.next());
      const { targets } = injected;
      return {
        kind: "fault-injected",
        at: kernel.now,
        fault: number,
        faultKind: kind.kind,
        targets,
        holds: kind.heals,
      };
    });
    const mayBeEmpty = entry.allowEmpty || entry.trigger.kind === "random";
    const holding = { number, kind: kind.kind, injected: injected as unknown as Injected };
    if (holding.injected.targets.length === 0 && !mayBeEmpty) {
      const at = `${toSeconds(kernel.now)} s`;
      throw new ScenarioError([
        {
          path: `method[${entry.index}]${"target" in settings ? ".target" : ""}`,
          found: `(${kind.kind} of ${kind.blastRadius(settings)}) hits nothing at ${at}`,
          expected: "at least one living target, or allowEmpty: true",
        },
      ]);
    }
    this.holdings.push(holding);
    if (kind.heals && durationNs !== null) {
      kernel.schedule(
        kernel.now + durationNs,
        this.healKind,
        this.targets[entry.index] as number,
        number - 1,
        number,
      );
    }
  }

  private heal(holding: Holding): void {
    const { kernel, recorder } = this.world;
    recorder.causing(() => {
      holding.injected.heal();
      return {
        kind: "fault-healed",
        at: kernel.now,
        fault: holding.number,
        faultKind: holding.kind,
        targets: holding.injected.targets,
        holds: true,
      };
    });
    this.world.review();
  }
}

/** A time of an exponential distribution with this mean, shifted by the least it may be; whole ns. */
const shifted = (stream: Stream, leastNs: Nanos, meanNs: Nanos): Nanos =>
  leastNs + Math.round(stream.exponential() * (meanNs - leastNs));

/** Whether a record is what an entry waits for. */
function matches(trigger: Trigger, record: JournalRecord): boolean {
  if (trigger.kind === "when") {
    return (
      record.at >= trigger.notBeforeNs &&
      reaches(trigger.state, trigger.cache, trigger.shard, record)
    );
  }
  return trigger.kind === "after" && isEvent(trigger.event, record);
}

function reaches(
  state: TriggerState,
  cache: string,
  shard: number | null,
  record: JournalRecord,
): boolean {
  switch (state) {
    case "electing":
    case "full-sync": {
      const mark = state === "electing" ? "election-scheduled" : "full-sync";
      if (record.kind !== "mark" || record.mark !== mark) return false;
      return concerns(record.of, cache, shard);
    }
    case "promoting":
      return (
        record.kind === "failover-decided" &&
        record.cache === cache &&
        (shard ?? record.shard) === record.shard
      );
    case "no-primary":
      return (
        record.kind === "failover-started" &&
        record.cache === cache &&
        (shard ?? record.shard) === record.shard
      );
    case "replacing":
      return (
        record.kind === "node-state" &&
        record.state === "provisioning" &&
        record.cache === cache &&
        (shard ?? record.shard) === record.shard
      );
  }
}

/** Marks name a shard as `cart/shard 2`. */
const concerns = (of: string, cache: string, shard: number | null): boolean =>
  shard === null ? of.startsWith(`${cache}/`) : of === `${cache}/shard ${shard}`;

/** Whether a record is an event that entries may wait for. */
export function isEvent(event: TriggerEvent, record: JournalRecord): boolean {
  switch (event.kind) {
    case "fault":
      return (
        record.kind === `fault-${event.phase}` &&
        "faultKind" in record &&
        record.faultKind === event.fault
      );
    case "step":
      return record.kind === "step" && record.step === event.step;
    case "cache-event":
      if (!("cache" in record) && record.kind !== "mark" && record.kind !== "service-event")
        return false;
      return isCacheEvent(event.event, event.cache, record);
  }
}

/** Nodes are `cart-0001-002` or, with cluster mode disabled, `cart-002`; `cart-two-001` is another cache's. */
function isNodeOf(cache: string, node: string): boolean {
  return node.startsWith(`${cache}-`) && /^(\d{4}-)?\d{3}$/.test(node.slice(cache.length + 1));
}

function isCacheEvent(event: string, cache: string, record: JournalRecord): boolean {
  switch (event) {
    case "failover-started":
    case "failover-detected":
      return record.kind === event && (record.cache === cache || record.globalDatastore === cache);
    case "failover-completed":
      return (
        record.kind === "failover-promoted" &&
        (record.cache === cache || record.globalDatastore === cache)
      );
    case "node-replaced":
      return (
        record.kind === "service-event" &&
        isNodeOf(cache, record.source) &&
        record.text.startsWith("Finished recovery")
      );
    case "full-sync-started":
      return (
        record.kind === "mark" && record.mark === "full-sync" && record.of.startsWith(`${cache}/`)
      );
    default:
      return false;
  }
}
