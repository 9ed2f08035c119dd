/** Every fault kind, by name. A new kind is a new file and one line here. */
import { azPowerInterruption } from "./az-power-interruption.ts";
import type { FaultSettings } from "./contract.ts";
import type { FaultKind } from "./fault-kind.ts";
import { hostPowerLoss } from "./host-power-loss.ts";
import { networkLatency } from "./network-latency.ts";
import { networkPartition } from "./network-partition.ts";
import { nodeCrash } from "./node-crash.ts";
import { nodePause } from "./node-pause.ts";
import { regionOutage } from "./region-outage.ts";

export const faultKinds: {
  readonly [Kind in FaultSettings["fault"]]: FaultKind<Extract<FaultSettings, { fault: Kind }>>;
} = {
  "node-crash": nodeCrash,
  "host-power-loss": hostPowerLoss,
  "node-pause": nodePause,
  "az-power-interruption": azPowerInterruption,
  "network-partition": networkPartition,
  "network-latency": networkLatency,
  "region-outage": regionOutage,
};
