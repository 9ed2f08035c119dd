/** An open queueing station under Poisson arrivals, made of the model's own origin: what queueing theory speaks of. */
import { MILLISECOND, type Nanos } from "../../base/nanos.ts";
import type { Distribution } from "../../kernel/distribution.ts";
import { Kernel } from "../../kernel/kernel.ts";
import { Origin } from "../../model/origin/origin.ts";

export interface Station {
  readonly servers: number;
  readonly service: Distribution;
  readonly arrivalsPerMs: number;
  readonly discipline?: "fifo" | "sharing";
  readonly queueLimit?: number;
}

export interface StationRun {
  /** Times in the station, by batch, ms, ascending; refused jobs left out. */
  readonly batches: readonly Float64Array[];
  /** Share of refused jobs, by batch. */
  readonly refused: readonly number[];
}

/** Runs a station; the first tenth of all jobs is left out, the rest is cut into batches of equal size. */
export function runStation(station: Station, jobs: number, seed: string): StationRun {
  const kernel = new Kernel({ seed, maxEvents: jobs * 8 });
  const arrivedAt: Nanos[] = [];
  const times = new Float64Array(jobs).fill(-1);
  const origin = new Origin(
    {
      name: "station",
      region: "-",
      zone: null,
      concurrency: station.servers,
      discipline: station.discipline ?? "fifo",
      queueLimit: station.queueLimit ?? Number.POSITIVE_INFINITY,
      serviceTime: station.service,
    },
    0,
    {
      kernel,
      network: { oneWayNs: () => 0, lost: () => false },
      answered(job, _generation, refused) {
        if (!refused) times[job] = (kernel.now - (arrivedAt[job] as number)) / MILLISECOND;
      },
    },
  );
  const arrivals = kernel.streams.stream("station", "arrivals");
  const gap = MILLISECOND / station.arrivalsPerMs;
  const target = kernel.target("arrivals");
  const kind = kernel.kind("arrival", (_t, job) => {
    arrivedAt[job] = kernel.now;
    origin.ask(job, 0, 0);
    if (job + 1 < jobs) {
      const due = kernel.now + Math.round(arrivals.exponential() * gap);
      kernel.schedule(due, kind, target, job + 1, 0);
    }
  });
  kernel.schedule(0, kind, target, 0, 0);
  while (kernel.peek() !== Number.POSITIVE_INFINITY) kernel.step();
  return cut(times, jobs);
}

const BATCHES = 30;

function cut(times: Float64Array, jobs: number): StationRun {
  const first = Math.floor(jobs / 10);
  const size = Math.floor((jobs - first) / BATCHES);
  const batches: Float64Array[] = [];
  const refused: number[] = [];
  for (let batch = 0; batch < BATCHES; batch++) {
    const all = times.subarray(first + batch * size, first + (batch + 1) * size);
    const served = all.filter((time) => time >= 0);
    batches.push(served.sort((a, b) => a - b));
    refused.push(1 - served.length / all.length);
  }
  return { batches, refused };
}
