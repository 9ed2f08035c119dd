/**
 * Zone names of a Region. `zones: 3` in us-east-1 means us-east-1a, us-east-1b, us-east-1c.
 * Which of its zones an account calls "a" differs between accounts; ids such as use1-az1 do not, and may be given instead.
 */
export const REGION_NAME = /^[a-z]{2}(-[a-z]+)+-\d$/;

/** Zones that a Region has at most. Source: AWS global infrastructure; us-east-1 has six. */
export const ZONES_MAX = 6;

export function zoneNames(region: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${region}${"abcdef"[i]}`);
}
