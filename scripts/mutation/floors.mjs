/** Floors whose mutants are judged, each by the tests in the folder of its name. */
export const FLOORS = ["kernel", "checks", "scenario"];

/** So many of a floor's mutants must be killed. */
export const KILLED_AT_LEAST = 0.8;
