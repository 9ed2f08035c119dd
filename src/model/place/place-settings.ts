/** Regions and their Availability Zones. */
export interface RegionSettings {
  readonly name: string; // us-east-1
  /** Zone names in order: use1-az1 or us-east-1a, unique in the run. */
  readonly zones: readonly string[];
}
