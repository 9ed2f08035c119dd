/** The workloads on the kernel that `run` uses: priority, cancel, budget and digest are on. */
import { Kernel } from "../../src/kernel/kernel.ts";
import { createDelay } from "./delays.ts";
import { type Measured, measure } from "./measure.ts";
import type { Workload } from "./workloads.ts";

/** A unit of time, ns: small enough for few checkpoints, large enough for few ties. */
const UNIT = 1e8;

/** Twice: buffers that the first collection finds dead are given back by the second. */
function collect(): void {
  globalThis.gc?.();
  globalThis.gc?.();
}

export function runCachequake({ shape, pending, count }: Workload): Measured {
  const kernel = new Kernel({ seed: "42", maxEvents: 1e12 });
  if (shape === "phold") return phold(kernel, count);
  if (shape === "mm1") return mm1(kernel, count);
  if (shape === "cancel") return cancelHalf(kernel, pending, count);
  const stream = kernel.streams.stream("hold", "delay");
  const delay = createDelay(shape, {
    exponential: () => stream.exponential(),
    uniform: () => stream.next(),
  });
  const hold = kernel.kind("hold", (target, slot) => {
    kernel.schedule(kernel.now + delay(kernel.now), hold, target, slot);
  });
  const targets = Array.from({ length: 16 }, (_x, i) => kernel.target(`entity/${i}`));
  collect();
  const before = process.memoryUsage();
  for (let i = 0; i < pending; i++) {
    kernel.schedule(delay(0), hold, targets[i % 16]!, i);
  }
  collect();
  const after = process.memoryUsage();
  const bytes = after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed;
  const measured = measure(count, () => {
    for (let i = 0; i < count; i++) kernel.step();
    return (kernel.now / UNIT) * (pending / count);
  });
  return { ...measured, bytesPerPending: bytes / pending };
}

function phold(kernel: Kernel, count: number): Measured {
  const processes = 1024;
  const stream = kernel.streams.stream("phold", "delay");
  const counts = new Int32Array(processes);
  const targets = Array.from({ length: processes }, (_x, i) => kernel.target(`process/${i}`));
  const delay = () => Math.floor((0.1 + stream.exponential()) * UNIT);
  const kind = kernel.kind("phold", (_target, at) => {
    counts[at]!++;
    let to = at;
    const due = kernel.now + delay();
    if (stream.next() < 0.5) {
      to = stream.nextInt(processes - 1);
      if (to >= at) to++;
    }
    kernel.schedule(due, kind, targets[to]!, to);
  });
  for (let i = 0; i < 16 * processes; i++) {
    kernel.schedule(delay(), kind, targets[i % processes]!, i % processes);
  }
  return measure(count, () => {
    for (let i = 0; i < count; i++) kernel.step();
    return ((kernel.now / UNIT) * (16 * processes)) / 1.1 / count;
  });
}

function mm1(kernel: Kernel, customers: number): Measured {
  const arrivals = kernel.streams.stream("source", "arrivals");
  const demands = kernel.streams.stream("server", "demand");
  const server = kernel.target("server");
  const waiting: number[] = [];
  let head = 0;
  let busy = false;
  let served = 0;
  let waited = 0;
  const begin = (arrivedAt: number): void => {
    busy = true;
    served++;
    waited += kernel.now - arrivedAt;
    kernel.schedule(kernel.now + Math.floor(demands.exponential() * UNIT), leave, server);
  };
  const leave = kernel.kind("leave", () => {
    if (head < waiting.length) begin(waiting[head++]!);
    else {
      busy = false;
      waiting.length = 0;
      head = 0;
    }
  });
  const arrive = kernel.kind("arrive", () => {
    if (busy) waiting.push(kernel.now);
    else begin(kernel.now);
    const gap = Math.floor((arrivals.exponential() / 0.9) * UNIT);
    kernel.schedule(kernel.now + gap, arrive, server);
  });
  kernel.schedule(0, arrive, server);
  return measure(customers, () => {
    while (served < customers) kernel.step();
    return waited / served / UNIT;
  });
}

function cancelHalf(kernel: Kernel, pending: number, count: number): Measured {
  const chains = pending / 2;
  const stream = kernel.streams.stream("cancel", "delay");
  const handles = new Float64Array(chains);
  let fired = 0;
  let timeouts = 0;
  const arm = (target: number, chain: number): void => {
    const due = kernel.now + Math.floor(stream.exponential() * UNIT);
    kernel.schedule(due, act, target, chain);
    const timeoutDue = due + Math.floor(stream.exponential() * UNIT);
    handles[chain] = kernel.schedule(timeoutDue, timeout, target, chain);
  };
  const act = kernel.kind("act", (target, chain) => {
    fired++;
    kernel.cancel(handles[chain]!);
    arm(target, chain);
  });
  const timeout = kernel.kind("timeout", () => {
    timeouts++;
  });
  const targets = Array.from({ length: 16 }, (_x, i) => kernel.target(`entity/${i}`));
  for (let i = 0; i < chains; i++) arm(targets[i % 16]!, i);
  return measure(count, () => {
    while (fired < count / 2) kernel.step();
    return timeouts === 0 ? ((kernel.now / UNIT) * chains) / (count / 2) : 0;
  });
}
