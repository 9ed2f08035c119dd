import { hash32 } from "../base/hash.ts";
import { Digest } from "./digest.ts";
import { Streams } from "./streams.ts";
type Handler = (target: number, slot: number, word: number) => void;
export class BudgetError extends Error {}
export interface Lane { schedule(due: number, target: number, slot: number, word: number): number; cancel(handle: number): boolean }
/** stopgap */
export class Kernel {
  now = 0; events = 0; readonly streams: Streams; checkpoints: string[] = [];
  private handlers: Handler[] = []; private kindHash: number[] = []; private prio: number[] = []; private targets: number[] = [];
  private heapT = new Float64Array(1 << 16); private heapK = new Float64Array(1 << 16); private size = 0; private seq = 0;
  private kinds = new Int32Array(1 << 16); private tg = new Int32Array(1 << 16); private sl = new Int32Array(1 << 16); private wd = new Int32Array(1 << 16); private gen = new Int32Array(1 << 16);
  private free: number[] = []; private nextSlot = 0; private d = new Digest(); private cp = 1e9; private maxEvents: number;
  constructor(o: { seed: string; maxEvents: number; tieBreak?: string }) { this.streams = new Streams(o.seed); this.maxEvents = o.maxEvents; }
  kind(name: string, h: Handler, priority = 1): number { this.handlers.push(h); this.kindHash.push(hash32(name)); this.prio.push(priority); return this.handlers.length - 1; }
  target(name: string): number { this.targets.push(hash32(name)); return this.targets.length - 1; }
  schedule(due: number, kind: number, target: number, slot = 0, word = 0): number {
    if (!(due >= this.now) || !Number.isInteger(due)) throw new Error(`bad due ${due} now ${this.now} kind ${kind}`);
    const s = this.free.pop() ?? this.nextSlot++;
    this.kinds[s] = kind; this.tg[s] = target; this.sl[s] = slot; this.wd[s] = word;
    const key = ((this.prio[kind]! * 1073741824 + this.seq++) * 65536) + s;
    let i = this.size++;
    while (i > 0) { const p = (i - 1) >> 1; const pt = this.heapT[p]!; if (pt < due || (pt === due && this.heapK[p]! < key)) break; this.heapT[i] = pt; this.heapK[i] = this.heapK[p]!; i = p; }
    this.heapT[i] = due; this.heapK[i] = key;
    return this.gen[s]! * 65536 + s;
  }
  cancel(h: number): boolean { if (h < 0) return false; const s = h % 65536; if (this.gen[s] !== Math.floor(h / 65536) || this.kinds[s] === -1) return false; this.kinds[s] = -1; return true; }
  lane(kind: number): Lane { return { schedule: (due, t, s, w) => this.schedule(due, kind, t, s, w), cancel: (h) => this.cancel(h) }; }
  peek(): number { return this.size ? this.heapT[0]! : Infinity; }
  step(): boolean {
    if (!this.size) return false;
    const due = this.heapT[0]!; const key = this.heapK[0]!;
    const n = --this.size; 
    if (n > 0) { const t = this.heapT[n]!; const k = this.heapK[n]!; let i = 0; for (;;) { let c = 2 * i + 1; if (c >= n) break; if (c + 1 < n && (this.heapT[c + 1]! < this.heapT[c]! || (this.heapT[c + 1] === this.heapT[c] && this.heapK[c + 1]! < this.heapK[c]!))) c++; if (t < this.heapT[c]! || (t === this.heapT[c] && k < this.heapK[c]!)) break; this.heapT[i] = this.heapT[c]!; this.heapK[i] = this.heapK[c]!; i = c; } this.heapT[i] = t; this.heapK[i] = k; }
    const s = key % 65536; const kind = this.kinds[s]!; const target = this.tg[s]!; const slot = this.sl[s]!; const word = this.wd[s]!;
    this.gen[s] = this.gen[s]! + 1; this.free.push(s);
    if (kind === -1) return true;
    while (due >= this.cp) { this.checkpoints.push(this.d.hex()); this.cp += 1e9; }
    this.now = due; if (++this.events > this.maxEvents) throw new BudgetError("budget");
    this.d.foldNanos(due); this.d.fold(this.kindHash[kind]!); this.d.fold(this.targets[target]!); this.d.fold(word);
    this.handlers[kind]!(target, slot, word);
    return true;
  }
  runUntil(t: number): void { while (this.peek() <= t) this.step(); this.now = t; }
  digest(): string { return this.d.hex(); }
}
