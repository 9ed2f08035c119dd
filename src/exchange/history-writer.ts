/**
 * A run's operations in Jepsen's forms, as `check-history` and other tools read them: a line an event, EDN or JSON.
 *
 * Sessions are client hosts. A process does one thing at a time, so that a session has as many processes as it had
 * operations under way; one whose operation ended in doubt does nothing more. Values are numbers of writes, nil what was
 * there before the run. Reads that found nothing are left out: a cache may forget.
 */
import {
  COMMAND_GET,
  type OperationColumns,
  OUTCOME_FAIL,
  OUTCOME_OK,
} from "../journal/operation-columns.ts";
import { HistoryFold } from "../measure/history-fold.ts";

export type HistoryForm = "edn" | "json";

/** Operations that share their keys, under the name of their cache or Global Datastore. */
interface Family {
  readonly name: string;
  readonly fold: HistoryFold;
}

/** Keeps the operations of a run, of each cache apart. */
export class HistoryRecorder {
  private readonly families: Family[] = [];
  private readonly ofTraffic: readonly Family[];

  /** @param traffic - sources in the order of the scenario, each with the cache or Global Datastore it talks to */
  constructor(
    traffic: readonly { readonly cache: string }[],
    private readonly sessions: readonly { readonly name: string }[],
  ) {
    this.ofTraffic = traffic.map(({ cache }) => {
      const known = this.families.find(({ name }) => name === cache);
      if (known !== undefined) return known;
      const family = { name: cache, fold: new HistoryFold() };
      this.families.push(family);
      return family;
    });
  }

  /** Subscribed to a journal before the run. */
  readonly operations = (batch: OperationColumns): void => {
    for (let i = 0; i < batch.count; i++)
      this.ofTraffic[batch.traffic[i] as number]?.fold.operation(batch, i);
  };

  get count(): number {
    return this.families.reduce((sum, { fold }) => sum + fold.count, 0);
  }

  /** More came than are kept: the history would have holes. */
  get isOver(): boolean {
    return this.families.some(({ fold }) => fold.isOver);
  }

  /** The text in pieces, a line an event, in order of time. */
  *text(form: HistoryForm): Generator<string> {
    const events = this.events();
    const processes = new Processes();
    const write = form === "edn" ? ednLine : jsonLine;
    let piece = "";
    for (const [index, { family, row, isEnd }] of events.entries()) {
      const { fold, name } = family;
      const session = fold.session[row] as number;
      const type = isEnd ? endOf(fold.outcome[row] as number) : "invoke";
      const isRead = fold.command[row] === COMMAND_GET;
      const writeId = fold.writeId[row] as number;
      const knowsValue = !isRead || (type === "ok" && writeId > 0);
      const operation = `${name} ${row}`;
      piece += write({
        index,
        type,
        process: isEnd
          ? processes.end(operation, session, type === "info")
          : processes.begin(operation, session),
        session: this.sessions[session]?.name ?? String(session),
        f: isRead ? "read" : "write",
        key: `${name}/${fold.key[row]}`,
        value: knowsValue ? writeId : null,
        time: (isEnd ? fold.returnedAt[row] : fold.invokedAt[row]) as number,
      });
      if (piece.length < PIECE) continue;
      yield piece;
      piece = "";
    }
    if (piece !== "") yield piece;
  }

  /** Beginnings before ends at the same time: what may have overlapped did. */
  private events(): { family: Family; row: number; isEnd: boolean; at: number }[] {
    const events = this.families.flatMap((family) =>
      Array.from({ length: 2 * family.fold.count }, (_, of) => {
        const row = of >> 1;
        const isEnd = of % 2 === 1;
        const { invokedAt, returnedAt } = family.fold;
        return { family, row, isEnd, at: (isEnd ? returnedAt[row] : invokedAt[row]) as number };
      }),
    );
    return events.sort((a, b) => a.at - b.at || Number(a.isEnd) - Number(b.isEnd) || a.row - b.row);
  }
}

const PIECE = 1 << 16;

const endOf = (outcome: number): "ok" | "fail" | "info" =>
  outcome === OUTCOME_OK ? "ok" : outcome === OUTCOME_FAIL ? "fail" : "info";

/** Numbers of processes: a session's free ones are used again. */
class Processes {
  private next = 0;
  private readonly free = new Map<number, number[]>();
  private readonly busy = new Map<string, number>();

  begin(operation: string, session: number): number {
    const process = this.free.get(session)?.pop() ?? this.next++;
    this.busy.set(operation, process);
    return process;
  }

  end(operation: string, session: number, isInDoubt: boolean): number {
    const process = this.busy.get(operation) as number;
    this.busy.delete(operation);
    if (isInDoubt) return process;
    const free = this.free.get(session);
    if (free === undefined) this.free.set(session, [process]);
    else free.push(process);
    return process;
  }
}

interface Line {
  readonly index: number;
  readonly type: string;
  readonly process: number;
  readonly session: string;
  readonly f: string;
  readonly key: string;
  readonly value: number | null;
  /** ns. */
  readonly time: number;
}

const ednLine = ({ index, type, process, session, f, key, value, time }: Line): string =>
  `{:index ${index}, :type :${type}, :process ${process}, :session "${session}", :f :${f}, ` +
  `:value #jepsen.independent/tuple ["${key}" ${value ?? "nil"}], :time ${time}}\n`;

const jsonLine = (line: Line): string => `${JSON.stringify(line)}\n`;
