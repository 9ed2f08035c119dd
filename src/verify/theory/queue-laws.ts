/** What queueing theory knows of queues under Poisson arrivals. Source: Kleinrock, "Queueing Systems", vol. 1, 1975. */

import { exp, ln } from "../../base/portable-math.ts";

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

/** Share of time with 0, 1 ... `places` jobs at a station of `servers` servers, those in service included: M/M/c/K. */
export function occupancy(servers: number, places: number, load: number): number[] {
  const terms = [1];
  for (let n = 1; n <= places; n++)
    terms.push(((terms[n - 1] as number) * load) / Math.min(n, servers));
  const sum = terms.reduce((total, term) => total + term, 0);
  return terms.map((term) => term / sum);
}

/** Share of jobs that find such a station full: Poisson arrivals see the averages of time. */
export const blocking = (servers: number, places: number, load: number): number =>
  occupancy(servers, places, load)[places] as number;

/** P(T > t) of the time in an M/M/c, service 1: a service after a wait that is 0 or exponential. */
export function exceedsMMc(servers: number, load: number, t: number): number {
  const waits = erlangC(servers, load);
  const spare = servers - load;
  const both = spare === 1 ? (1 + t) * exp(-t) : (spare * exp(-t) - exp(-spare * t)) / (spare - 1);
  return (1 - waits) * exp(-t) + waits * both;
}

/** Mean time of the jobs that an M/M/c/K admits, service 1, by Little's law. */
export function meanTimeMMcK(servers: number, places: number, load: number): number {
  const shares = occupancy(servers, places, load);
  const inside = shares.reduce((sum, share, n) => sum + n * share, 0);
  return inside / (load * (1 - (shares[places] as number)));
}

/**
 * P(T > t) of the jobs that an M/M/c/K admits, service 1. One that finds `n` others leaves after its own service, which
 * begins when `n - servers + 1` of them have left, each after a time of rate `servers`.
 */
export function exceedsMMcK(servers: number, places: number, load: number, t: number): number {
  const shares = occupancy(servers, places, load);
  const departures = Math.max(0, places - servers);
  // State d: so many departures to wait for; 0: in service.
  const found = new Float64Array(departures + 1);
  for (let n = 0; n < places; n++) {
    const wait = Math.max(0, n - servers + 1);
    found[wait] = (found[wait] as number) + (shares[n] as number);
  }
  return stillThere(found, t, servers, (state, to) => {
    if (state === 0) return to(-1, 1);
    to(state - 1, servers);
  });
}

/**
 * P(T > t) in an M/M/1 that serves all its jobs at once, service 1: a job that finds `n` others has an n + 1 th of the
 * server. Source: Coffman, Muntz and Trotter, "Waiting Time Distributions for Processor-Sharing Systems", 1970.
 */
export function exceedsSharing(load: number, t: number): number {
  // With more others than this a job is met less often than once in 10^20.
  const most = Math.ceil(30 / -ln(load)) + 30;
  const found = Float64Array.from({ length: most }, (_, n) => {
    let share = 1 - load;
    for (let i = 0; i < n; i++) share *= load;
    return share;
  });
  return stillThere(found, t, load + 1, (others, to) => {
    to(-1, 1 / (others + 1));
    if (others > 0) to(others - 1, others / (others + 1));
    if (others < most - 1) to(others + 1, load);
  });
}

/**
 * P(a Markov process has not ended by `t`), by uniformization: jumps of a Poisson process of rate `fastest`, some of
 * which change nothing. Source: Jensen, "Markoff chains as an aid in the study of Markoff processes", 1953.
 *
 * @param starts - share of each state at 0
 * @param fastest - at least the sum of the rates out of each state
 * @param moves - tells the rates out of a state, by the state that follows; -1: it ends
 */
function stillThere(
  starts: Float64Array,
  t: number,
  fastest: number,
  moves: (state: number, to: (next: number, rate: number) => void) => void,
): number {
  let shares = starts.map((share) => share / starts.reduce((sum, other) => sum + other, 0));
  let weight = exp(-fastest * t);
  let sum = 0;
  for (let jumps = 0; jumps < fastest * t + 12 * Math.sqrt(fastest * t) + 30; jumps++) {
    if (jumps > 0) weight *= (fastest * t) / jumps;
    sum += weight * shares.reduce((total, share) => total + share, 0);
    const after = new Float64Array(shares.length);
    shares.forEach((share, state) => {
      let stays = fastest;
      moves(state, (next, rate) => {
        stays -= rate;
        if (next >= 0) after[next] = (after[next] as number) + (share * rate) / fastest;
      });
      after[state] = (after[state] as number) + (share * stays) / fastest;
    });
    shares = after;
  }
  return sum;
}

/** P(W <= t) of the wait in an M/D/1, times in service times. Source: Erlang, 1909. */
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

/** Steps in the longest service of an M/G/1, and how many such services its times are worked out for. */
const STEPS = 400;
const HORIZON = 40;

/**
 * P(T > t) in an M/G/1 whose service is uniform between 0 and `longest`. The wait W obeys Takacs's integral equation,
 * P(W <= t) = 1 - load + arrivals x integral of P(W <= t - u) P(S > u) du, solved by the trapezoidal rule; T = W + S.
 *
 * @returns P(T > t), 0 beyond 40 of the longest services
 */
export function exceedsMG1(arrivals: number, longest: number): (t: number) => number {
  const step = longest / STEPS;
  const waits: number[] = [];
  const times: number[] = [];
  for (let i = 0; i < HORIZON * STEPS; i++) {
    const longestAgo = Math.min(i, STEPS);
    let waiting = 0;
    let served = 0;
    for (let j = 1; j <= longestAgo; j++) {
      const wait = (waits[i - j] as number) * (j === longestAgo ? 0.5 : 1);
      waiting += wait * (1 - j / STEPS);
      served += wait;
    }
    const own = i === 0 ? 0 : arrivals * step * 0.5;
    const wait = (1 - (arrivals * longest) / 2 + arrivals * step * waiting) / (1 - own);
    waits.push(wait);
    times.push(i === 0 ? 0 : (served + wait / 2) / STEPS);
  }
  return (t) => {
    const cell = Math.floor(t / step);
    const before = times[cell] ?? 1;
    return 1 - before - ((times[cell + 1] ?? 1) - before) * (t / step - cell);
  };
}

/** The time that a share of `p` stays within: P(T > t) falls from 1 towards 0. */
export function quantileOf(exceeds: (t: number) => number, p: number): number {
  let low = 0;
  let high = 1;
  while (exceeds(high) > 1 - p) high *= 2;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (exceeds(middle) > 1 - p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
