/** Which writes each server executed, from its own MONITOR: what a replica applied, and what clients sent. */
import type { Redis } from "ioredis";
import type { Nanos } from "../base/nanos.ts";
import type { TwinNode } from "./cluster.ts";

/** `17:xxxx`: the write's id, and filling up to its size. */
export const valueWith = (id: number, bytes: number): string => `${id}:`.padEnd(bytes, "x");

/** The id in a value; null for one that no request of this run wrote. */
export function idOf(value: string | null): number | null {
  const found = /^(\d+):/.exec(value ?? "")?.[1];
  return found === undefined ? null : Number(found);
}

export class Executions {
  /** By node: ids by key name, in the order of execution. */
  private readonly byNode = new Map<string, Map<string, number[]>>();
  /** By node: when it first executed an id. */
  private readonly firstAt = new Map<string, Map<number, Nanos>>();
  private readonly monitors: Redis[] = [];

  /** @param nanosOf - the run's time of a moment, seconds since 1970 */
  constructor(private readonly nanosOf: (epochSeconds: number) => Nanos) {}

  async watch(node: TwinNode): Promise<void> {
    const monitor = await node.admin.monitor();
    this.monitors.push(monitor);
    monitor.on("error", () => undefined);
    const keys = new Map<string, number[]>();
    const times = new Map<number, Nanos>();
    this.byNode.set(node.id, keys);
    this.firstAt.set(node.id, times);
    monitor.on("monitor", (time: string, [command, key = "", value = ""]: string[]) => {
      if (command?.toUpperCase() !== "SET") return;
      const id = idOf(value);
      if (id === null) return;
      const ids = keys.get(key);
      if (ids === undefined) keys.set(key, [id]);
      else ids.push(id);
      if (!times.has(id)) times.set(id, this.nanosOf(Number(time)));
    });
  }

  /** Ids that a node wrote under a key, in order. */
  of(node: string, key: string): readonly number[] {
    return this.byNode.get(node)?.get(key) ?? [];
  }

  /** When a node executed a write, undefined if it never did. */
  at(node: string, id: number): Nanos | undefined {
    return this.firstAt.get(node)?.get(id);
  }

  stop(): void {
    for (const monitor of this.monitors) monitor.disconnect();
  }
}
