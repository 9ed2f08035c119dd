/** Injects and heals a scenario's faults on real servers, in real time. */
import type { Nanos } from "../base/nanos.ts";
import { ScenarioError } from "../base/scenario-error.ts";
import type {
  FaultSettings,
  MethodEntry,
  NodeTarget,
  PlaceTarget,
  StepSettings,
} from "../faults/contract.ts";
import type { FaultRecord } from "../journal/records.ts";
import { Streams } from "../kernel/streams.ts";
import type { TwinNode } from "./cluster.ts";
import type { LinkProxy } from "./link-proxy.ts";
import type { Observer } from "./observer.ts";

/** A client host. */
export interface Place {
  readonly name: string;
  readonly zone: string;
}

interface Injected {
  readonly targets: readonly string[];
  readonly heal: (() => void) | null;
}

export class RealFaults {
  readonly records: FaultRecord[] = [];
  /** Nodes that a fault ever hit. */
  readonly hit = new Set<string>();
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly pauses = new Map<string, number>();
  private readonly fired = new Set<number>();
  private readonly streams: Streams;
  private count = 0;

  constructor(
    private readonly entries: readonly MethodEntry[],
    seed: string,
    private readonly ports: {
      readonly nodes: readonly TwinNode[];
      readonly clients: readonly Place[];
      readonly sentinels: readonly Place[];
      readonly proxy: LinkProxy;
      readonly observer: Observer;
      readonly now: () => Nanos;
      /** Told of an error in a fault, which ends the run. */
      readonly failed: (error: unknown) => void;
    },
  ) {
    this.streams = new Streams(seed);
  }

  /** Schedules all entries that have a time of their own. */
  start(): void {
    for (const entry of this.entries) {
      const { trigger } = entry;
      if (trigger.kind === "at") this.schedule(trigger.atNs, entry);
      else if (trigger.kind === "every") {
        for (let i = 0; i < trigger.times; i++)
          this.schedule(trigger.firstNs + i * trigger.everyNs, entry);
      }
    }
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  private schedule(atNs: Nanos, entry: MethodEntry): void {
    this.after(atNs - this.ports.now(), () => this.inject(entry));
  }

  private after(ns: Nanos, act: () => void): void {
    const guarded = (): void => {
      try {
        act();
      } catch (error) {
        this.ports.failed(error);
      }
    };
    this.timers.push(setTimeout(guarded, Math.max(0, ns / 1e6)));
  }

  private inject(entry: MethodEntry): void {
    const { settings, kind } = faultOf(entry.action);
    const stream = this.streams.stream(`method/${entry.index}`, "targets");
    const fault = ++this.count;
    const at = this.ports.now();
    const { targets, heal } = this.act(settings, () => stream.next());
    if (targets.length === 0 && !entry.allowEmpty) {
      throw new ScenarioError([
        {
          path: `method[${entry.index}]`,
          found: `(${kind}) hits nothing at ${Math.round(at / 1e8) / 10} s`,
          expected: "at least one living target, or allowEmpty: true",
        },
      ]);
    }
    for (const target of targets) this.hit.add(target);
    const record = { fault, faultKind: kind, targets, holds: heal !== null };
    this.tell({ kind: "fault-injected", at, ...record });
    if (heal === null || entry.durationNs === null) return;
    this.after(entry.durationNs, () => {
      heal();
      this.tell({ kind: "fault-healed", at: this.ports.now(), ...record });
    });
  }

  /** Writes the record down, and starts what waited for it. */
  private tell(record: FaultRecord): void {
    this.records.push(record);
    for (const entry of this.entries) {
      const { trigger, index } = entry;
      if (trigger.kind !== "after" || trigger.event.kind !== "fault" || this.fired.has(index))
        continue;
      const { fault, phase } = trigger.event;
      if (record.kind !== `fault-${phase}` || record.faultKind !== fault) continue;
      this.fired.add(index);
      this.after(trigger.delayNs, () => this.inject(entry));
    }
  }

  private act(settings: FaultSettings, chance: () => number): Injected {
    switch (settings.fault) {
      case "node-crash":
        return this.crash(this.bindNodes(settings.target, chance));
      case "node-pause":
        return this.pause(this.bindNodes(settings.target, chance));
      case "network-partition":
        return this.partition(settings, chance);
      case "network-latency":
        return this.shape(settings, chance, (proxy, a, b) =>
          proxy.delay(a, b, settings.addNs / 1e6, settings.jitterNs / 1e6),
        );
      case "network-bandwidth":
        return this.shape(settings, chance, (proxy, a, b) =>
          proxy.limit(a, b, settings.bytesPerSecond),
        );
      case "network-loss":
        return this.shape(settings, chance, (proxy, a, b) => proxy.lose(a, b, settings));
      default:
        throw new Error(`${settings.fault} has no real counterpart`);
    }
  }

  private crash(bound: readonly TwinNode[]): Injected {
    const nodes = bound.filter(({ server }) => server.alive);
    for (const { id, server } of nodes) {
      this.ports.proxy.refuse(id);
      server.kill();
    }
    this.ports.observer.struck(nodes);
    return { targets: nodes.map(({ id }) => id), heal: null };
  }

  private pause(bound: readonly TwinNode[]): Injected {
    const nodes = bound.filter(({ server }) => server.alive);
    for (const { id, server } of nodes) {
      this.pauses.set(id, (this.pauses.get(id) ?? 0) + 1);
      server.pause();
    }
    this.ports.observer.struck(nodes);
    return {
      targets: nodes.map(({ id }) => id),
      heal: () => {
        const resumed = nodes.filter(({ id }) => {
          const left = (this.pauses.get(id) ?? 0) - 1;
          this.pauses.set(id, left);
          return left === 0;
        });
        for (const { server } of resumed) server.resume();
        this.ports.observer.returned(resumed);
      },
    };
  }

  private partition(
    settings: Extract<FaultSettings, { fault: "network-partition" }>,
    chance: () => number,
  ): Injected {
    const { nodes, proxy, observer } = this.ports;
    const bridge = new Set(this.bindNames(settings.bridge, chance));
    const isolated = this.bindNames(settings.isolate, chance).filter((name) => !bridge.has(name));
    if (settings.withClients) {
      const zones = new Set(nodes.flatMap(({ id, zone }) => (isolated.includes(id) ? [zone] : [])));
      for (const { name, zone } of this.ports.clients)
        if (zones.has(zone) && !isolated.includes(name) && !bridge.has(name)) isolated.push(name);
    }
    const others = this.allNames().filter((name) => !isolated.includes(name) && !bridge.has(name));
    const cutOff = nodes.filter(({ id }) => isolated.includes(id));
    forPairs(isolated, others, (a, b) => proxy.cut(a, b));
    observer.struck(cutOff);
    return {
      targets: others.length === 0 ? [] : isolated,
      heal: () => {
        forPairs(isolated, others, (a, b) => proxy.heal(a, b));
        observer.returned(cutOff);
      },
    };
  }

  /** Changes every link between two sides. */
  private shape(
    {
      from,
      to,
    }: Extract<FaultSettings, { fault: "network-latency" | "network-bandwidth" | "network-loss" }>,
    chance: () => number,
    change: (proxy: LinkProxy, a: string, b: string) => () => void,
  ): Injected {
    const near = this.bindNames(from, chance);
    const far =
      to === null
        ? this.allNames().filter((name) => !near.includes(name))
        : this.bindNames(to, chance).filter((name) => !near.includes(name));
    const undos: (() => void)[] = [];
    forPairs(near, far, (a, b) => {
      undos.push(change(this.ports.proxy, a, b));
    });
    return {
      targets: far.length === 0 ? [] : near,
      heal: () => {
        for (const undo of undos) undo();
      },
    };
  }

  /** As the simulation binds them, with the same draws. */
  private bindNodes(target: NodeTarget | PlaceTarget, chance: () => number): TwinNode[] {
    const { nodes, observer } = this.ports;
    if (target.kind === "region") return [...nodes];
    if (target.kind === "zone") return nodes.filter(({ zone }) => zone === target.zone);
    if (target.kind === "node") return nodes.filter(({ id }) => id === target.node);
    if (target.kind === "sentinel") return [];
    const numbers = [...new Set(nodes.map(({ shard }) => shard))];
    const shards = numbers.filter((shard) => target.shard === null || shard === target.shard);
    if (target.kind === "primary") return shards.map((shard) => observer.leaderOf(shard));
    const left = nodes.filter(
      (node) =>
        shards.includes(node.shard) &&
        node.server.alive &&
        (target.kind === "any" || node !== observer.leaderOf(node.shard)),
    );
    const count =
      target.kind === "any" ? target.count : Math.max(1, Math.round(left.length * target.share));
    const takesAll = count >= left.length;
    const chosen: TwinNode[] = [];
    while (chosen.length < count && left.length > 0)
      chosen.push(...left.splice(takesAll ? 0 : Math.floor(chance() * left.length), 1));
    return chosen;
  }

  /** Nodes, and with a zone the clients in it. */
  private bindNames(
    targets: readonly (NodeTarget | PlaceTarget)[],
    chance: () => number,
  ): string[] {
    const names = targets.flatMap((target) => {
      if (target.kind === "region") return this.allNames();
      if (target.kind !== "zone") return this.bindNodes(target, chance).map(({ id }) => id);
      const { nodes, clients, sentinels } = this.ports;
      return [
        ...nodes.filter(({ zone }) => zone === target.zone).map(({ id }) => id),
        ...[...sentinels, ...clients]
          .filter(({ zone }) => zone === target.zone)
          .map(({ name }) => name),
      ];
    });
    return [...new Set(names)];
  }

  private allNames(): string[] {
    const { nodes, clients, sentinels } = this.ports;
    return [...nodes.map(({ id }) => id), ...[...sentinels, ...clients].map(({ name }) => name)];
  }
}

function faultOf(action: FaultSettings | StepSettings) {
  if ("step" in action) throw new Error(`${action.step} has no real counterpart`);
  return { settings: action, kind: action.fault };
}

function forPairs(
  some: readonly string[],
  others: readonly string[],
  act: (a: string, b: string) => void,
): void {
  for (const a of some) for (const b of others) act(a, b);
}
