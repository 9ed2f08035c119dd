/**
 * Is there one order of the values of a register that all sessions can agree on? For registers whose values are each
 * written once, in near linear time.
 *
 * Always given: the initial value is the oldest, a write that returned before another began is older, and what a CAS puts
 * is newer than what it replaced. A promise adds what sessions saw: "not older than". An order exists exactly when no two
 * different values are so tied that each must be no older than the other: two values in one strongly connected component.
 *
 * Edges run over barriers: whatever returned leads to the barrier of its return, and the latest barrier leads to whatever
 * begins after it, so that n operations have O(n) edges instead of one for every pair.
 *
 * Source: D. Terry et al., Session guarantees for weakly consistent replicated data, PDIS 1994; components by R. Tarjan,
 * Depth-first search and linear graph algorithms, SIAM J. Comput. 1 (1972).
 */
import { byReturn, CAS, type History, INFO, NIL, NONE, OK, READ, WRITE } from "./history.ts";
import { type Finding, failure, operationText, PASS, valueName } from "./verdicts.ts";
import { type Step, VersionGraph } from "./version-graph.ts";
import { unmet, unwritten, type Writers } from "./zones.ts";

/** What a session saw or did binds what it sees, or sees and does, later. A CAS sees what it replaces. */
export interface SessionRule {
  readonly from: "reads" | "writes" | "all";
  readonly to: "reads" | "all";
}

/** Judges a register's rows, in order of invocation; `writers` holds their writes, each value once. */
export function judgeVersions(
  history: History,
  rows: Int32Array,
  writers: Writers,
  rule: SessionRule,
): Finding {
  const { kind, value, expected } = history;
  const kept = rows.filter(happened(history, rows, writers));
  for (const row of kept) {
    if (kind[row] === READ && !isWritten(value[row] as number, writers))
      return failure(unwritten(history, rows, row), [row]);
    if (kind[row] === CAS && !isWritten(expected[row] as number, writers))
      return failure(unmet(history, row), [row]);
  }
  const graph = new VersionGraph();
  const nodes = new Map<number, number>([[NIL, graph.addVersion(NIL)]]);
  for (const row of kept)
    if (kind[row] !== READ) nodes.set(value[row] as number, graph.addVersion(value[row] as number));
  addEdges(history, kept, { graph, nodes }, rule);
  const cycle = graph.findCycle();
  return cycle === null ? PASS : contradiction(history, graph, cycle);
}

const isWritten = (value: number, writers: Writers): boolean =>
  value === NIL || value === NONE || writers.of(value) !== NONE;

/** What returned ok, and of what is of unknown outcome all that somebody saw, or that what was seen had replaced. */
function happened(history: History, rows: Int32Array, writers: Writers): (row: number) => boolean {
  const { kind, outcome, value, expected } = history;
  const seen = new Set<number>();
  for (const row of rows) {
    if (outcome[row] !== OK || kind[row] === WRITE) continue;
    seen.add((kind[row] === CAS ? expected[row] : value[row]) as number);
  }
  for (const version of seen) {
    const writer = writers.of(version);
    if (kind[writer] === CAS) seen.add(expected[writer] as number);
  }
  return (row) =>
    outcome[row] === OK ||
    (outcome[row] === INFO && kind[row] !== READ && seen.has(value[row] as number));
}

interface Versions {
  readonly graph: VersionGraph;
  /** Node of each value. */
  readonly nodes: ReadonlyMap<number, number>;
}

function addEdges(history: History, rows: Int32Array, of: Versions, rule: SessionRule): void {
  const { kind, value, expected, session, invoked, returned } = history;
  const { graph, nodes } = of;
  const node = (version: number): number => nodes.get(version) ?? NONE;
  const returns = byReturn(history, rows);
  const sessions = new Map<number, number>();
  let written = graph.addBarrier();
  graph.addEdge(node(NIL), written, NONE);
  let next = 0;
  for (const row of rows) {
    for (; next < returns.length; next++) {
      const done = returns[next] as number;
      if ((returned[done] as number) >= (invoked[row] as number)) break;
      if (kind[done] !== READ)
        written = barrierAfter(graph, written, node(value[done] as number), done);
      const from = bindingVersion(history, done, rule);
      if (from === NONE) continue;
      const session = history.session[done] as number;
      const last = sessions.get(session) ?? NONE;
      sessions.set(session, barrierAfter(graph, last, node(from), done));
    }
    if (kind[row] !== READ) graph.addEdge(written, node(value[row] as number), row);
    if (kind[row] === CAS)
      graph.addEdge(node(expected[row] as number), node(value[row] as number), row);
    const bound = node(boundVersion(history, row, rule));
    graph.addEdge(sessions.get(session[row] as number) ?? NONE, bound, row);
  }
}

function barrierAfter(graph: VersionGraph, last: number, version: number, row: number): number {
  const barrier = graph.addBarrier();
  graph.addEdge(version, barrier, row);
  graph.addEdge(last, barrier, NONE);
  return barrier;
}

/** The version that later operations of the session may not go back behind, NONE for none. */
function bindingVersion(
  { kind, value, expected }: History,
  row: number,
  { from }: SessionRule,
): number {
  if (kind[row] === READ) return from === "writes" ? NONE : (value[row] as number);
  return (from === "reads" ? expected[row] : value[row]) as number;
}

/** The version that an operation needs no older than what binds it, NONE for none. */
function boundVersion(
  { kind, value, expected }: History,
  row: number,
  { to }: SessionRule,
): number {
  if (kind[row] === READ) return value[row] as number;
  if (kind[row] === CAS) return expected[row] as number;
  return to === "all" ? (value[row] as number) : NONE;
}

function contradiction(history: History, graph: VersionGraph, cycle: readonly Step[]): Finding {
  const because: string[] = [];
  const rows: number[] = [];
  let from = NONE;
  let since = NONE;
  for (const step of cycle) {
    rows.push(step.row);
    if (graph.versionOf(step.from) !== NONE) {
      from = graph.versionOf(step.from);
      since = step.row;
    }
    if (graph.versionOf(step.to) === NONE) continue;
    const to = graph.versionOf(step.to);
    because.push(sentence(history, { from, to, since, row: step.row }));
  }
  const names = [...new Set(cycle.map(({ from: node }) => graph.versionOf(node)))].filter(
    (of) => of !== NONE,
  );
  const listed = names.map((of) => valueName(history, of)).join(" and ");
  return failure(`no order of ${listed} agrees with what the sessions saw`, rows, because);
}

function sentence(
  history: History,
  of: { readonly from: number; readonly to: number; readonly since: number; readonly row: number },
): string {
  const [from, to] = [valueName(history, of.from), valueName(history, of.to)];
  if (of.since === NONE) return `${from} is older than ${to}, as than everything that was written`;
  if (of.since === of.row)
    return `${operationText(history, of.row)} replaced ${from}, so ${to} is newer`;
  const [first, then] = [operationText(history, of.since), operationText(history, of.row)];
  return `${first} returned before ${then} began, so ${from} must not be newer than ${to}`;
}
