/** What `list` can list. Apart from the lists themselves, which load the catalogue. */
export const LISTS = [
  "scenarios",
  "faults",
  "steps",
  "metrics",
  "node-types",
  "regions",
  "marks",
  "planted",
  "promises",
  "client-presets",
] as const;

export type ListName = (typeof LISTS)[number];
