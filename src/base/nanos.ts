/** Simulated time: an integer count of nanoseconds since the start of the run, below 2^53 (104 days). */
export type Nanos = number;

export const MICROSECOND: Nanos = 1_000;
export const MILLISECOND: Nanos = 1_000_000;
export const SECOND: Nanos = 1_000_000_000;
export const MINUTE: Nanos = 60 * SECOND;
/** 52 days: what takes as long does not end within a run, and added to its time it is still a time. */
export const ENDLESS: Nanos = 2 ** 52;

/** Nanoseconds as seconds, for results and texts. */
export const toSeconds = (ns: Nanos): number => ns / SECOND;
/** Nanoseconds as milliseconds, for results and texts. */
export const toMilliseconds = (ns: Nanos): number => ns / MILLISECOND;
