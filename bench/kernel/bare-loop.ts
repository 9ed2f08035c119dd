/**
 * The workloads on a bare JavaScript queue: no kernel, no cancelling but a mark, no budget and no
 * digest. What is scheduled for whom stands in arrays by slot; dispatch is a table of handlers.
 */
import { createDelay } from "./delays.ts";
import { type Measured, measure } from "./measure.ts";
import type { Workload } from "./workloads.ts";
import { Xoshiro } from "./xoshiro.ts";

export interface BareQueue {
  push(due: number, slot: number): void;
  /** Removes the first entry and answers its slot; its due time is then in `due`. */
  pop(): number;
  due: number;
}

/** A unit of time, ns: small enough for few checkpoints, large enough for few ties. */
const UNIT = 1e8;

class Loop {
  now = 0;
  private readonly free: Int32Array;
  private freeCount: number;
  private readonly kinds: Uint8Array;
  private readonly targets: Int32Array;
  private readonly words: Int32Array;
  readonly handlers: ((target: number, word: number) => void)[] = [];

  constructor(
    private readonly queue: BareQueue,
    pending: number,
  ) {
    this.freeCount = pending + 1;
    this.free = Int32Array.from({ length: this.freeCount }, (_x, i) => i);
    this.kinds = new Uint8Array(this.freeCount);
    this.targets = new Int32Array(this.freeCount);
    this.words = new Int32Array(this.freeCount);
  }

  schedule(due: number, kind: number, target: number, word = 0): void {
    const slot = this.free[--this.freeCount]!;
    this.kinds[slot] = kind;
    this.targets[slot] = target;
    this.words[slot] = word;
    this.queue.push(due, slot);
  }

  step(): void {
    const slot = this.queue.pop();
    this.now = this.queue.due;
    this.free[this.freeCount++] = slot;
    this.handlers[this.kinds[slot]!]!(this.targets[slot]!, this.words[slot]!);
  }
}

export function runBare(
  create: (pending: number) => BareQueue,
  { shape, pending, count }: Workload,
): Measured {
  const random = new Xoshiro(42n);
  const capacity = shape === "cancel" ? 3 * pending : pending + 4;
  const loop = new Loop(create(capacity), capacity);
  if (shape === "phold") return phold(loop, random, count);
  if (shape === "mm1") return mm1(loop, random, count);
  if (shape === "cancel") return cancelHalf(loop, random, pending, count);
  const delay = createDelay(shape, random);
  loop.handlers.push((target) => {
    loop.schedule(loop.now + delay(loop.now), 0, target);
  });
  for (let i = 0; i < pending; i++) loop.schedule(delay(0), 0, i);
  return measure(count, () => {
    for (let i = 0; i < count; i++) loop.step();
    return (loop.now / UNIT) * (pending / count);
  });
}

function phold(loop: Loop, random: Xoshiro, count: number): Measured {
  const processes = 1024;
  const counts = new Int32Array(processes);
  const delay = () => Math.floor((0.1 + random.exponential()) * UNIT);
  loop.handlers.push((target) => {
    counts[target]!++;
    let to = target;
    const due = loop.now + delay();
    if (random.uniform() < 0.5) {
      to = Math.floor(random.uniform() * (processes - 1));
      if (to >= target) to++;
    }
    loop.schedule(due, 0, to);
  });
  for (let i = 0; i < 16 * processes; i++) loop.schedule(delay(), 0, i % processes);
  return measure(count, () => {
    for (let i = 0; i < count; i++) loop.step();
    return ((loop.now / UNIT) * (16 * processes)) / 1.1 / count;
  });
}

function mm1(loop: Loop, random: Xoshiro, customers: number): Measured {
  const waiting: number[] = [];
  let head = 0;
  let busy = false;
  let served = 0;
  let waited = 0;
  const begin = (arrivedAt: number): void => {
    busy = true;
    served++;
    waited += loop.now - arrivedAt;
    loop.schedule(loop.now + Math.floor(random.exponential() * UNIT), 1, 0);
  };
  loop.handlers.push(
    () => {
      if (busy) waiting.push(loop.now);
      else begin(loop.now);
      loop.schedule(loop.now + Math.floor((random.exponential() / 0.9) * UNIT), 0, 0);
    },
    () => {
      if (head < waiting.length) begin(waiting[head++]!);
      else {
        busy = false;
        waiting.length = 0;
        head = 0;
      }
    },
  );
  loop.schedule(0, 0, 0);
  return measure(customers, () => {
    while (served < customers) loop.step();
    return waited / served / UNIT;
  });
}

/** Cancelled timeouts stay in the queue and are known by their generation, as in the C++ loop. */
function cancelHalf(loop: Loop, random: Xoshiro, pending: number, count: number): Measured {
  const chains = pending / 2;
  const generations = new Int32Array(chains);
  let fired = 0;
  let timeouts = 0;
  const arm = (chain: number): void => {
    const due = loop.now + Math.floor(random.exponential() * UNIT);
    loop.schedule(due, 0, chain);
    const timeout = due + Math.floor(random.exponential() * UNIT);
    loop.schedule(timeout, 1, chain, generations[chain]!);
  };
  loop.handlers.push(
    (chain) => {
      fired++;
      generations[chain]!++;
      arm(chain);
    },
    (chain, word) => {
      if (generations[chain] === word) timeouts++;
    },
  );
  for (let i = 0; i < chains; i++) arm(i);
  return measure(count, () => {
    while (fired < count / 2) loop.step();
    return timeouts === 0 ? ((loop.now / UNIT) * chains) / (count / 2) : 0;
  });
}
