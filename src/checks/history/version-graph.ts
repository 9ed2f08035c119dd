/**
 * A graph of versions and barriers, in columns; an edge says "not newer than". Finds the shortest way from a version to
 * another one and back, where there is one.
 */
import { NONE } from "./history.ts";

/** One step of a cycle: the operation that is the reason for it, NONE where a barrier leads to the next. */
export interface Step {
  readonly from: number;
  readonly to: number;
  readonly row: number;
}

/** Versions from which the shortest cycle is looked for. */
const STARTS_MAX = 32;

const FIRST = 64;

export class VersionGraph {
  private nodes = 0;
  private edges = 0;
  private version = new Int32Array(FIRST);
  private from = new Int32Array(FIRST);
  private to = new Int32Array(FIRST);
  private row = new Int32Array(FIRST);
  // Edges by origin, once all are there.
  private starts = new Int32Array(0);
  private outgoing = new Int32Array(0);

  addVersion(value: number): number {
    this.version = roomFor(this.version, this.nodes);
    this.version[this.nodes] = value;
    return this.nodes++;
  }

  addBarrier(): number {
    return this.addVersion(NONE);
  }

  /** NONE as an end adds nothing. */
  addEdge(from: number, to: number, row: number): void {
    if (from === NONE || to === NONE) return;
    const at = this.edges++;
    this.from = roomFor(this.from, at);
    this.to = roomFor(this.to, at);
    this.row = roomFor(this.row, at);
    this.from[at] = from;
    this.to[at] = to;
    this.row[at] = row;
  }

  /** The value that a node stands for, NONE for a barrier. */
  versionOf(node: number): number {
    return this.version[node] as number;
  }

  /** Null where no two versions are tied together. */
  findCycle(): readonly Step[] | null {
    this.sortEdges();
    const component = this.components();
    const first = new Int32Array(this.nodes).fill(NONE);
    for (let node = 0; node < this.nodes; node++) {
      if (this.version[node] === NONE) continue;
      const of = component[node] as number;
      if (first[of] !== NONE) return this.shortest(component, of);
      first[of] = node;
    }
    return null;
  }

  private sortEdges(): void {
    this.starts = new Int32Array(this.nodes + 1);
    for (let at = 0; at < this.edges; at++) {
      const after = (this.from[at] as number) + 1;
      this.starts[after] = (this.starts[after] as number) + 1;
    }
    for (let node = 0; node < this.nodes; node++)
      this.starts[node + 1] = (this.starts[node + 1] as number) + (this.starts[node] as number);
    this.outgoing = new Int32Array(this.edges);
    const next = this.starts.slice();
    for (let at = 0; at < this.edges; at++) {
      const node = this.from[at] as number;
      this.outgoing[next[node] as number] = at;
      next[node] = (next[node] as number) + 1;
    }
  }

  /** Tarjan's algorithm, without recursion. */
  private components(): Int32Array {
    const { nodes, starts, outgoing, to } = this;
    const component = new Int32Array(nodes).fill(NONE);
    const index = new Int32Array(nodes).fill(NONE);
    const low = new Int32Array(nodes);
    const cursor = starts.slice(0, nodes);
    const stack: number[] = [];
    const path: number[] = [];
    let visited = 0;
    let components = 0;
    for (let root = 0; root < nodes; root++) {
      if (index[root] !== NONE) continue;
      path.push(root);
      while (path.length > 0) {
        const node = path[path.length - 1] as number;
        if (index[node] === NONE) {
          index[node] = low[node] = visited++;
          stack.push(node);
        }
        const at = cursor[node] as number;
        if (at < (starts[node + 1] as number)) {
          cursor[node] = at + 1;
          const next = to[outgoing[at] as number] as number;
          if (index[next] === NONE) path.push(next);
          else if (component[next] === NONE)
            low[node] = Math.min(low[node] as number, index[next] as number);
          continue;
        }
        path.pop();
        const above = path[path.length - 1];
        if (above !== undefined) low[above] = Math.min(low[above] as number, low[node] as number);
        if (low[node] !== index[node]) continue;
        for (let member = NONE; member !== node; ) {
          member = stack.pop() as number;
          component[member] = components;
        }
        components++;
      }
    }
    return component;
  }

  /** The shortest way within a component from a version over another one and back. */
  private shortest(component: Int32Array, of: number): readonly Step[] {
    let best: Step[] | null = null;
    let starts = 0;
    for (let node = 0; node < this.nodes && starts < STARTS_MAX; node++) {
      if (component[node] !== of || this.version[node] === NONE) continue;
      starts++;
      const there = this.pathTo(component, node, (end) => this.version[end] !== NONE);
      const other = (there.at(-1) as Step).to;
      const back = this.pathTo(component, other, (end) => end === node);
      if (best === null || there.length + back.length < best.length) best = [...there, ...back];
    }
    return best ?? [];
  }

  private pathTo(component: Int32Array, from: number, isEnd: (node: number) => boolean): Step[] {
    const via = new Map<number, number>();
    const queue = [from];
    for (const node of queue) {
      for (let i = this.starts[node] as number; i < (this.starts[node + 1] as number); i++) {
        const edge = this.outgoing[i] as number;
        const next = this.to[edge] as number;
        if (next === from || via.has(next) || component[next] !== component[from]) continue;
        via.set(next, edge);
        if (isEnd(next)) return this.unwind(via, from, next);
        queue.push(next);
      }
    }
    return [];
  }

  private unwind(via: ReadonlyMap<number, number>, from: number, to: number): Step[] {
    const steps: Step[] = [];
    for (let node = to; node !== from; ) {
      const edge = via.get(node) as number;
      const before = this.from[edge] as number;
      steps.push({ from: before, to: node, row: this.row[edge] as number });
      node = before;
    }
    return steps.reverse();
  }
}

function roomFor(column: Int32Array<ArrayBuffer>, at: number): Int32Array<ArrayBuffer> {
  if (at < column.length) return column;
  const wider = new Int32Array(2 * column.length);
  wider.set(column);
  return wider;
}
