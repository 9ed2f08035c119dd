/** Closed forms of queueing theory against the model's queue. Sources: Kleinrock, "Queueing Systems", vol. 1, 1975. */

import { MILLISECOND } from "../../base/nanos.ts";
import { exp, ln } from "../../base/portable-math.ts";
import type { Distribution } from "../../kernel/distribution.ts";
import { ascending, mean, quantile } from "../../measure/statistics.ts";
import type { VerifyRow } from "../row.ts";
import { judgeBatches } from "./judge.ts";
import { runStation, type Station, type StationRun } from "./station.ts";

const JOBS = 600_000;

/** Erlang's C: the share of jobs that wait, with `servers` servers and `load` = arrivals x service time. */
export function erlangC(servers: number, load: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < servers; k++) {
    term *= load / k;
    sum += term;
  }
  const last = ((term * load) / servers) * (servers / (servers - load));
  return last / (sum + last);
}

/** Share of jobs that find a station of `servers` servers and `places` places, servers included, full: M/M/c/K. */
export function blocking(servers: number, places: number, load: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 1; n <= places; n++) {
    term *= load / Math.min(n, servers);
    sum += term;
  }
  return term / sum;
}

/** Distribution function of the waiting time in M/D/1, times in service times. Source: Erlang, 1909. */
export function waitsAtMostMD1(load: number, t: number): number {
  let sum = 0;
  let factorial = 1;
  for (let k = 0; k <= Math.floor(t); k++) {
    if (k > 0) factorial *= k;
    const x = load * (k - t);
    let power = 1;
    for (let i = 0; i < k; i++) power *= x;
    sum += (power / factorial) * exp(-x);
  }
  return (1 - load) * sum;
}

const ms = (value: number): number => value * MILLISECOND;
const means = (run: StationRun): number[] => run.batches.map((batch) => mean(batch));
const at = (run: StationRun, p: number): number[] =>
  run.batches.map((batch) => quantile(ascending(batch), p));

export function queueRows(): VerifyRow[] {
  return [...mm1(), ...mmc(), ...md1(), ...mg1(), ...mmck(), ...sharing()];
}

function mm1(): VerifyRow[] {
  const load = 0.6;
  const about = "one server, exponential service of 1 ms, load 0.6";
  const run = station({ servers: 1, service: exponential(1), arrivalsPerMs: load }, "mm1");
  const rate = 1 - load;
  return [
    judgeBatches("M/M/1 mean time in system", about, means(run), 1 / rate, "ms"),
    judgeBatches("M/M/1 median time in system", about, at(run, 0.5), ln(2) / rate, "ms"),
    judgeBatches("M/M/1 p99 time in system", about, at(run, 0.99), ln(100) / rate, "ms"),
  ];
}

function mmc(): VerifyRow[] {
  const servers = 5;
  const load = 4;
  const about = "five servers, exponential service of 1 ms, load 0.8 each";
  const run = station({ servers, service: exponential(1), arrivalsPerMs: load }, "mmc");
  const waits = erlangC(servers, load) / (servers - load);
  return [
    judgeBatches("M/M/c mean time in system", about, means(run), 1 + waits, "ms"),
    judgeBatches(
      "M/M/c p99 time in system",
      about,
      at(run, 0.99),
      mmcQuantile(servers, load, 0.99),
      "ms",
    ),
  ];
}

/** Quantile of the time in an M/M/c, service 1: an exponential service after a wait that is 0 or exponential. */
function mmcQuantile(servers: number, load: number, p: number): number {
  const waits = erlangC(servers, load);
  const spare = servers - load;
  const beyond = (t: number): number => {
    // P(T > t): service alone, or wait of rate `spare` and service of rate 1 one after the other.
    const both =
      spare === 1 ? (1 + t) * exp(-t) : (spare * exp(-t) - exp(-spare * t)) / (spare - 1);
    return (1 - waits) * exp(-t) + waits * both;
  };
  let low = 0;
  let high = 100;
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (beyond(middle) > 1 - p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
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
    judgeBatches("M/D/1 mean time in system", about, means(run), 1 + load / (2 * (1 - load)), "ms"),
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
  return [judgeBatches("M/G/1 mean time in system", about, means(run), 1 + waits, "ms")];
}

function mmck(): VerifyRow[] {
  const about = "three servers and four places to wait, exponential service of 1 ms, load 1.2 each";
  const run = station(
    { servers: 3, service: exponential(1), arrivalsPerMs: 3.6, queueLimit: 4 },
    "mmck",
  );
  const refused = blocking(3, 7, 3.6);
  return [
    judgeBatches("M/M/c/K share of refused jobs", about, [...run.refused], refused, ""),
    judgeBatches("M/M/c/K mean time in system", about, means(run), mmckTime(3, 7, 3.6), "ms"),
  ];
}

/** Mean time of the jobs that an M/M/c/K admits, service 1, by Little's law. */
function mmckTime(servers: number, places: number, load: number): number {
  let term = 1;
  let sum = 1;
  let inside = 0;
  for (let n = 1; n <= places; n++) {
    term *= load / Math.min(n, servers);
    sum += term;
    inside += n * term;
  }
  return inside / sum / (load * (1 - term / sum));
}

function sharing(): VerifyRow[] {
  const load = 0.6;
  const about = "one server shared by all jobs, service uniform between 0 and 2 ms, load 0.6";
  const service: Distribution = { kind: "uniform", min: 0, max: ms(2) };
  const run = station({ servers: 1, service, arrivalsPerMs: load, discipline: "sharing" }, "ps");
  return [
    judgeBatches("processor sharing mean time in system", about, means(run), 1 / (1 - load), "ms"),
  ];
}

const station = (of: Station, seed: string): StationRun => runStation(of, JOBS, `verify-${seed}`);
const exponential = (mean_: number): Distribution => ({ kind: "exponential", mean: ms(mean_) });
