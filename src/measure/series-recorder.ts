/** Collects sampled metrics: one value per step, metric and subject. */
import { type Nanos, toSeconds } from "../base/nanos.ts";

/** A time series; `start` and `step` in seconds. */
export interface SampledSeries {
  readonly of: string;
  readonly unit: string;
  readonly start: number;
  readonly step: number;
  readonly values: readonly (number | null)[];
}

export class SeriesRecorder {
  private readonly series = new Map<
    string,
    Map<string, { readonly unit: string; readonly values: (number | null)[] }>
  >();

  constructor(private readonly stepNs: Nanos) {}

  /** Appends the value of the step that just ended. */
  sample(metric: string, of: string, unit: string, value: number | null): void {
    let subjects = this.series.get(metric);
    if (subjects === undefined) {
      subjects = new Map();
      this.series.set(metric, subjects);
    }
    let entry = subjects.get(of);
    if (entry === undefined) {
      entry = { unit, values: [] };
      subjects.set(of, entry);
    }
    entry.values.push(value);
  }

  /** All series by metric; the first value stands at the end of the first step. */
  toSeries(): Record<string, SampledSeries[]> {
    const step = toSeconds(this.stepNs);
    const all: Record<string, SampledSeries[]> = {};
    for (const [metric, subjects] of this.series) {
      all[metric] = [...subjects].map(([of, { unit, values }]) => ({
        of,
        unit,
        start: step,
        step,
        values,
      }));
    }
    return all;
  }
}
