/** A scenario after parsing, linting and resolving: numbers in ns, bytes, shares 0..1; nothing textual left to interpret. */
import type { Nanos } from "../base/nanos.ts";
import type { AssumptionUsed } from "../catalog/assumptions.ts";
import type { Expectation, SteadyClause } from "../checks/expectation.ts";
import type { MethodEntry } from "../faults/contract.ts";
import type { ReplicationGroupSettings } from "../model/kinds/replication-group-settings.ts";
import type { NetworkSettings } from "../model/network/network-settings.ts";
import type { OriginSettings } from "../model/origin/origin-settings.ts";
import type { RegionSettings } from "../model/place/place-settings.ts";
import type { GlobalDatastoreSettings } from "../model/service/service-settings.ts";
import type { TrafficSettings } from "../model/traffic/traffic-settings.ts";
import type { ExploreSettings } from "./explore.ts";

export interface ResolvedScenario {
  readonly name: string;
  /** The comment at the top of the file, one paragraph; empty if none. */
  readonly story: string;
  readonly seed: string;
  readonly durationNs: Nanos;
  /** Ratios, percentiles and peaks leave out what comes before; 0 for no warm-up. */
  readonly warmUpNs: Nanos;
  readonly tieBreak: "schedule" | "shuffled";
  /** Which shuffled order. */
  readonly tieSeed: string;
  /** Events after which a run ends with a budget error. */
  readonly maxEvents: number;
  readonly regions: readonly RegionSettings[];
  readonly network: NetworkSettings;
  readonly caches: readonly ReplicationGroupSettings[];
  readonly globalDatastores: readonly GlobalDatastoreSettings[];
  readonly origins: readonly OriginSettings[];
  readonly traffic: readonly TrafficSettings[];
  readonly steadyState: readonly SteadyClause[];
  readonly method: readonly MethodEntry[];
  readonly expect: readonly Expectation[];
  /** Name of the planted bug, or null. */
  readonly plant: string | null;
  /** The space in which `explore` generates schedules. A run does not look at it. */
  readonly explore: ExploreSettings;
  readonly assumptions: readonly AssumptionUsed[];
}
