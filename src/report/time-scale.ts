/** A linear scale of time with round ticks. */
export interface TimeScale {
  readonly from: number;
  readonly to: number;
  /** Pixels of `from` and `to`. */
  readonly left: number;
  readonly right: number;
  x(seconds: number): number;
  readonly ticks: readonly number[];
}

const STEPS = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400,
];

/** Maps `from`..`to` seconds onto `left`..`right` pixels, with at most `most` ticks, counted from `origin`. */
export function timeScale(
  from: number,
  to: number,
  left: number,
  right: number,
  most: number,
  origin = 0,
): TimeScale {
  const span = Math.max(to - from, 1e-9);
  const step = STEPS.find((candidate) => span / candidate <= most) ?? span;
  const ticks: number[] = [];
  for (let i = Math.ceil((from - origin) / step - 1e-9); origin + i * step <= to + 1e-9; i++)
    ticks.push(Math.round((origin + i * step) * 1e6) / 1e6);
  const x = (value: number): number => {
    const clamped = Math.min(Math.max(value, from), to);
    return Math.round((left + ((clamped - from) / span) * (right - left)) * 100) / 100;
  };
  return { from, to, left, right, x, ticks };
}
