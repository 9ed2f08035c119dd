/** Every fault kind, by name. A new kind is a new file and one line here. */

import { azNetworkDisruption } from "./az-network-disruption.ts";
import { azPowerInterruption } from "./az-power-interruption.ts";
import { clockSkew } from "./clock-skew.ts";
import type { FaultSettings } from "./contract.ts";
import { controlPlaneOutage } from "./control-plane-outage.ts";
import { dnsOutage } from "./dns-outage.ts";
import type { FaultKind } from "./fault-kind.ts";
import { hostPowerLoss } from "./host-power-loss.ts";
import { hotKey } from "./hot-key.ts";
import { memoryPressure } from "./memory-pressure.ts";
import { networkBandwidth } from "./network-bandwidth.ts";
import { networkLatency } from "./network-latency.ts";
import { networkLoss } from "./network-loss.ts";
import { networkPartition } from "./network-partition.ts";
import { nodeCrash } from "./node-crash.ts";
import { nodePause } from "./node-pause.ts";
import { nodeRestart } from "./node-restart.ts";
import { nodeSlow } from "./node-slow.ts";
import { originSlow } from "./origin-slow.ts";
import { regionOutage } from "./region-outage.ts";
import { replicationLinkCut } from "./replication-link-cut.ts";
import { trafficSurge } from "./traffic-surge.ts";

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
  "az-network-disruption": azNetworkDisruption,
  "clock-skew": clockSkew,
  "control-plane-outage": controlPlaneOutage,
  "dns-outage": dnsOutage,
  "hot-key": hotKey,
  "memory-pressure": memoryPressure,
  "network-bandwidth": networkBandwidth,
  "network-loss": networkLoss,
  "node-restart": nodeRestart,
  "node-slow": nodeSlow,
  "origin-slow": originSlow,
  "replication-link-cut": replicationLinkCut,
  "traffic-surge": trafficSurge,
};
