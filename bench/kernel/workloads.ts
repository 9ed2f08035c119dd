/** What is measured: the same workloads for every engine, each with a check that the run was right. */

export type Shape =
  | "hold"
  | "ties"
  | "zeros"
  | "bimodal"
  | "increasing"
  | "phold"
  | "mm1"
  | "cancel";

export interface Workload {
  readonly name: string;
  readonly shape: Shape;
  /** Events pending at any time. */
  readonly pending: number;
  /** Events (mm1: customers) counted. */
  readonly count: number;
  /** The same for SimPy, which is slower; null where it does not run. */
  readonly simpyCount: number | null;
  /** What the run's check value must be, and by how much it may differ. */
  readonly check: { readonly value: number; readonly tolerance: number } | null;
}

const hold = (name: string, pending: number, count: number, simpyCount: number): Workload => ({
  name,
  shape: "hold",
  pending,
  count,
  simpyCount,
  // Time advances by 1 / pending an event. Its standard error is below 0.2 %.
  check: { value: 1, tolerance: 0.01 },
});

/** Delays that make some queue slow: judged against a packed binary heap, not against SimPy. */
const adverse = (shape: Shape, pending: number, exponent: string): Workload => ({
  name: `${shape}-${exponent}`,
  shape,
  pending,
  count: 4_000_000,
  simpyCount: null,
  check: null,
});

const ADVERSE = ["ties", "zeros", "bimodal", "increasing"] as const;

export const WORKLOADS: readonly Workload[] = [
  hold("hold-1e2", 100, 10_000_000, 1_000_000),
  hold("hold-1e3", 1000, 10_000_000, 1_000_000),
  hold("hold-1e4", 10_000, 10_000_000, 1_000_000),
  hold("hold-1e6", 1_000_000, 4_000_000, 500_000),
  {
    name: "phold",
    shape: "phold",
    pending: 16_384,
    count: 5_000_000,
    simpyCount: 500_000,
    check: { value: 1, tolerance: 0.02 },
  },
  {
    name: "mm1",
    shape: "mm1",
    pending: 2,
    count: 1_000_000,
    simpyCount: 200_000,
    // Wq = rho / (mu - lambda) = 9; the standard error at 1e6 customers is 0.19, at 2e5 0.43.
    check: { value: 9, tolerance: 1.3 },
  },
  {
    name: "cancel-half",
    shape: "cancel",
    pending: 10_000,
    count: 8_000_000,
    simpyCount: 800_000,
    check: { value: 1, tolerance: 0.01 },
  },
  ...ADVERSE.map((shape) => adverse(shape, 100, "1e2")),
  ...ADVERSE.map((shape) => adverse(shape, 10_000, "1e4")),
  ...ADVERSE.map((shape) => adverse(shape, 1_000_000, "1e6")),
];
