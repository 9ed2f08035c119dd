import type { Nanos } from "../../base/nanos.ts";

/** The managed service's times for one replication group; each is an assumption. */
export interface ServiceSettings {
  /** From a node's failure to the service's decision. */
  readonly monitorDetectionNs: Nanos;
  /** From decision to accepting writes, cluster mode disabled. */
  readonly promotionTimeNs: Nanos;
  /** From promotion to the changed DNS record. */
  readonly dnsUpdateNs: Nanos;
  readonly dnsTtlNs: Nanos;
  /** From the service's decision to replace a node (its zone being up) to a running, empty process. */
  readonly replacementProvisioningNs: Nanos;
  /** From the service's decision to its takeover of a shard whose primary is dead while the cluster cannot elect. */
  readonly clusterTakeoverNs: Nanos;
  /** From a reboot by an operator to the process running again. */
  readonly rebootTimeNs: Nanos;
}

export interface GlobalDatastoreSettings {
  readonly name: string;
  /** Cache names. The members' shards correspond by index. */
  readonly primary: string;
  readonly secondaries: readonly string[];
  /** From the operator's call to the secondary accepting writes. */
  readonly globalPromotionNs: Nanos;
  /** From that moment to the application using the new primary Region. */
  readonly redirectDelayNs: Nanos;
}
