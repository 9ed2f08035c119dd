/** The model's queue against the closed forms of queueing theory. */

import { MILLISECOND } from "../../base/nanos.ts";
import { exp } from "../../base/portable-math.ts";
import type { Distribution } from "../../kernel/distribution.ts";
import { mean, quantile } from "../../measure/statistics.ts";
import type { VerifyRow } from "../row.ts";
import { judgeBatches } from "./judge.ts";
import {
  blocking,
  erlangC,
  exceedsMG1,
  exceedsMMc,
  exceedsMMcK,
  exceedsSharing,
  meanTimeMMcK,
  quantileOf,
  waitsAtMostMD1,
} from "./queue-laws.ts";
import { runStation, type Station, type StationRun } from "./station.ts";

const JOBS = 600_000;

const ms = (value: number): number => value * MILLISECOND;
const means = (run: StationRun): number[] => run.batches.map((batch) => mean(batch));
const at = (run: StationRun, p: number): number[] => run.batches.map((batch) => quantile(batch, p));

export function queueRows(): VerifyRow[] {
  return [...mm1(), ...mmc(), ...md1(), ...mg1(), ...mmck(), ...sharing()];
}

/** Mean, median and p99 of the times in a station. */
function timeRows(
  name: string,
  about: string,
  run: StationRun,
  meanTime: number,
  exceeds: (t: number) => number,
): VerifyRow[] {
  const row = (figure: string, ours: readonly number[], reference: number): VerifyRow =>
    judgeBatches(`${name} ${figure} time in system`, about, ours, reference, "ms");
  return [
    row("mean", means(run), meanTime),
    row("median", at(run, 0.5), quantileOf(exceeds, 0.5)),
    row("p99", at(run, 0.99), quantileOf(exceeds, 0.99)),
  ];
}

function mm1(): VerifyRow[] {
  const load = 0.6;
  const about = "one server, exponential service of 1 ms, load 0.6";
  const run = station({ servers: 1, service: exponential(1), arrivalsPerMs: load }, "mm1");
  const rate = 1 - load;
  return timeRows("M/M/1", about, run, 1 / rate, (t) => exp(-rate * t));
}

function mmc(): VerifyRow[] {
  const servers = 5;
  const load = 4;
  const about = "five servers, exponential service of 1 ms, load 0.8 each";
  const run = station({ servers, service: exponential(1), arrivalsPerMs: load }, "mmc");
  const waits = erlangC(servers, load) / (servers - load);
  return timeRows("M/M/c", about, run, 1 + waits, (t) => exceedsMMc(servers, load, t));
}

function md1(): VerifyRow[] {
  const load = 0.7;
  const about = "one server, service of exactly 1 ms, load 0.7";
  const run = station(
    { servers: 1, service: { kind: "constant", value: ms(1) }, arrivalsPerMs: load },
    "md1",
  );
  const long = run.batches.map((batch) => batch.filter((time) => time <= 4).length / batch.length);
  return [
    ...timeRows("M/D/1", about, run, 1 + load / (2 * (1 - load)), (t) =>
      t < 1 ? 1 : 1 - waitsAtMostMD1(load, t - 1),
    ),
    judgeBatches("M/D/1 share within 4 ms", about, long, waitsAtMostMD1(load, 3), ""),
  ];
}

function mg1(): VerifyRow[] {
  const load = 0.6;
  const about = "one server, service uniform between 0 and 2 ms, load 0.6";
  const service: Distribution = { kind: "uniform", min: 0, max: ms(2) };
  const run = station({ servers: 1, service, arrivalsPerMs: load }, "mg1");
  const secondMoment = 4 / 3;
  const waits = (load * secondMoment) / (2 * (1 - load));
  return timeRows("M/G/1", about, run, 1 + waits, exceedsMG1(load, 2));
}

function mmck(): VerifyRow[] {
  const about = "three servers and four places to wait, exponential service of 1 ms, load 1.2 each";
  const run = station(
    { servers: 3, service: exponential(1), arrivalsPerMs: 3.6, queueLimit: 4 },
    "mmck",
  );
  return [
    judgeBatches("M/M/c/K share of refused jobs", about, [...run.refused], blocking(3, 7, 3.6), ""),
    ...timeRows("M/M/c/K", about, run, meanTimeMMcK(3, 7, 3.6), (t) => exceedsMMcK(3, 7, 3.6, t)),
  ];
}

function sharing(): VerifyRow[] {
  const load = 0.6;
  const shared = (service: Distribution, seed: string): StationRun =>
    station({ servers: 1, service, arrivalsPerMs: load, discipline: "sharing" }, seed);
  const uniform = shared({ kind: "uniform", min: 0, max: ms(2) }, "ps");
  return [
    // The mean does not depend on the distribution of the service, the percentiles do.
    judgeBatches(
      "processor sharing, uniform service, mean time in system",
      "one server shared by all jobs, service uniform between 0 and 2 ms, load 0.6",
      means(uniform),
      1 / (1 - load),
      "ms",
    ),
    ...timeRows(
      "processor sharing",
      "one server shared by all jobs, exponential service of 1 ms, load 0.6",
      shared(exponential(1), "mm1-ps"),
      1 / (1 - load),
      (t) => exceedsSharing(load, t),
    ),
  ];
}

const station = (of: Station, seed: string): StationRun => runStation(of, JOBS, `verify-${seed}`);
const exponential = (mean_: number): Distribution => ({ kind: "exponential", mean: ms(mean_) });
