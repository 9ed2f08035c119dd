/** Writes what the model's rooms state to the journal, under the clock of the run. */
import type { Nanos } from "../base/nanos.ts";
import type { Journal } from "../journal/journal.ts";
import type {
  Copy,
  FailoverRecord,
  JournalRecord,
  NodeRole,
  NodeState,
} from "../journal/records.ts";

/** A node, as far as its lane in the timeline goes. */
export interface RecordedNode {
  readonly id: string;
  readonly cache: string;
  readonly shardNumber: number;
  recordedRole: NodeRole | null;
  recordedState: NodeState | null;
  currentRole(): NodeRole;
  currentState(): NodeState;
}

/** A failover that has begun. */
export interface OpenFailover {
  readonly number: number;
  readonly cache: string;
  readonly shard: number;
  readonly globalDatastore: string | null;
  readonly fromNode: string;
  readonly failedAt: Nanos;
  /** Phases that were recorded. */
  readonly reached: Set<FailoverRecord["kind"]>;
}

/** Hears of every record, right after it was written: triggers of the method hang here. */
export type RecordListener = (record: JournalRecord) => void;

export class Recorder {
  private failovers = 0;
  private histories = 0;
  /** Records that wait for the record of their cause. */
  private held: JournalRecord[] | null = null;
  private readonly listeners: RecordListener[] = [];

  constructor(
    readonly journal: Journal,
    private readonly clock: { readonly now: Nanos },
  ) {}

  listen(listener: RecordListener): void {
    this.listeners.push(listener);
  }

  /** A replication id that no history had before, as a number. */
  newHistory(): number {
    return this.histories++;
  }

  write(record: JournalRecord): void {
    if (this.held !== null) {
      this.held.push(record);
      return;
    }
    this.journal.append(record);
    for (const listener of this.listeners) listener(record);
  }

  /** Does something, then writes its own record, then the records of what it caused. */
  causing(act: () => JournalRecord): void {
    this.held = [];
    const cause = act();
    const { held } = this;
    this.held = null;
    this.write(cause);
    for (const record of held) this.write(record);
  }

  /** States a node's role and state, if they changed. */
  node(node: RecordedNode, cause: string): void {
    const role = node.currentRole();
    const state = node.currentState();
    if (role === node.recordedRole && state === node.recordedState) return;
    node.recordedRole = role;
    node.recordedState = state;
    this.write({
      kind: "node-state",
      at: this.clock.now,
      cache: node.cache,
      node: node.id,
      shard: node.shardNumber,
      role,
      state,
      cause,
    });
  }

  serviceEvent(
    sourceType: "replication-group" | "cache-cluster" | "global-datastore",
    source: string,
    text: string,
  ): void {
    this.write({ kind: "service-event", at: this.clock.now, sourceType, source, text });
  }

  mark(mark: string, of: string): void {
    this.write({ kind: "mark", at: this.clock.now, mark, of });
  }

  startFailover(
    of: { cache: string; shard: number; globalDatastore: string | null; fromNode: string },
    cause: string,
    copies: readonly Copy[],
  ): OpenFailover {
    const open: OpenFailover = {
      ...of,
      number: ++this.failovers,
      failedAt: this.clock.now,
      reached: new Set(),
    };
    this.failover(open, "failover-started", null, cause, copies);
    return open;
  }

  failover(
    open: OpenFailover,
    kind: FailoverRecord["kind"],
    toNode: string | null,
    cause: string,
    copies: readonly Copy[] = [],
  ): void {
    open.reached.add(kind);
    this.write({
      kind,
      at: this.clock.now,
      failover: open.number,
      cache: open.cache,
      shard: open.shard,
      globalDatastore: open.globalDatastore,
      fromNode: open.fromNode,
      toNode,
      cause,
      copies,
    });
  }
}
