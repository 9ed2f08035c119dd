/**
 * Regions, Availability Zones and the hosts that stand in them.
 *
 * Models: power of a zone and of a single host; regional hosts (the service's control plane, origins) that stand in no
 * zone and survive the loss of any one.
 * Leaves out: racks, rooms, shared switches; a zone loses power as a whole or not at all.
 */
import { invariant } from "../../base/invariant.ts";
import type { RegionSettings } from "./place-settings.ts";

/** Zone index of a host that stands in no zone. */
export const REGIONAL = -1;

export class Hosts {
  readonly names: string[] = [];
  /** Zone of each host, or REGIONAL. */
  readonly zone: number[] = [];
  readonly region: number[] = [];
  readonly zoneNames: string[] = [];
  readonly zoneRegion: number[] = [];
  readonly regionNames: string[] = [];
  /** Faults that hold a zone without power. */
  private readonly zoneOutages: number[] = [];

  constructor(regions: readonly RegionSettings[]) {
    for (const region of regions) {
      for (const zone of region.zones) {
        this.zoneNames.push(zone);
        this.zoneRegion.push(this.regionNames.length);
        this.zoneOutages.push(0);
      }
      this.regionNames.push(region.name);
    }
  }

  get count(): number {
    return this.names.length;
  }

  /** Adds a host in a zone; returns its index. */
  addInZone(name: string, zone: string): number {
    const index = this.zoneIndex(zone);
    return this.add(name, index, this.zoneRegion[index] as number);
  }

  /** Adds a host of a Region that no single zone carries. */
  addRegional(name: string, region: string): number {
    return this.add(name, REGIONAL, this.regionIndex(region));
  }

  zoneIndex(zone: string): number {
    const index = this.zoneNames.indexOf(zone);
    invariant(index >= 0, "every zone that is named exists", { zone });
    return index;
  }

  regionIndex(region: string): number {
    const index = this.regionNames.indexOf(region);
    invariant(index >= 0, "every Region that is named exists", { region });
    return index;
  }

  zoneHasPower(zone: number): boolean {
    return zone === REGIONAL || this.zoneOutages[zone] === 0;
  }

  /** Counts one more fault that holds the zone down; true when that took its power. */
  cutZonePower(zone: number): boolean {
    const outages = (this.zoneOutages[zone] as number) + 1;
    this.zoneOutages[zone] = outages;
    return outages === 1;
  }

  /** Counts one fault less; true when power is back. */
  restoreZonePower(zone: number): boolean {
    const outages = (this.zoneOutages[zone] as number) - 1;
    invariant(outages >= 0, "a zone's power is restored once per cut", { zone });
    this.zoneOutages[zone] = outages;
    return outages === 0;
  }

  /** What faults write here, for comparison with a run that had none. */
  faultState(): readonly number[] {
    return [...this.zoneOutages];
  }

  private add(name: string, zone: number, region: number): number {
    this.names.push(name);
    this.zone.push(zone);
    this.region.push(region);
    return this.names.length - 1;
  }
}
