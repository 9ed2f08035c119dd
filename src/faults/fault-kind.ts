/** A fault kind: data plus two verbs. */
import type { World } from "../model/world.ts";
import type { FaultSettings } from "./contract.ts";

/** An instance that holds; what `heal` needs to take it back. */
export interface Injected {
  /** Targets in words, for journal and report. Empty: nothing was hit. */
  readonly targets: readonly string[];
  heal(): void;
}

export interface FaultKind<Settings extends FaultSettings> {
  readonly kind: Settings["fault"];
  readonly summary: string;
  /** What two overlapping instances do. */
  readonly overlap: string;
  /** What the fault names for people, before roles are bound. */
  readonly blastRadius: (settings: Settings) => string;
  /** Fields that `inject` writes and `heal` restores; empty for faults without a heal of their own. */
  readonly fields: readonly string[];
  /** False: the service's own answer is the only way back, so a duration means nothing. */
  readonly heals: boolean;
  inject(world: World, settings: Settings, chance: () => number): Injected;
}

export type SettingsOf<Kind extends FaultSettings["fault"]> = Extract<
  FaultSettings,
  { fault: Kind }
>;

export const describeTarget = (target: { readonly kind: string }): string => {
  const words = target as Record<string, string | number | null>;
  const shard = words["shard"] === null ? "" : `/shard ${words["shard"]}`;
  switch (target.kind) {
    case "node":
    case "zone":
    case "region":
      return `${target.kind} ${words[target.kind]}`;
    case "sentinel":
      return words["number"] === null
        ? `sentinels of ${words["cache"]}`
        : `sentinel ${words["number"]} of ${words["cache"]}`;
    default:
      return `${target.kind} of ${words["cache"]}${shard}`;
  }
};

export const nothingToHeal = (): void => undefined;
