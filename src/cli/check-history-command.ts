import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import path from "node:path";
import { shellWord } from "../base/shell-word.ts";
import { checkHistory } from "../checks/history/check-history.ts";
import type { HistoryModel } from "../checks/history/models.ts";
import {
  consistencyPromises,
  PROMISE_NAMES,
  type PromiseName,
  promiseFits,
} from "../checks/history/promises.ts";
import type { EvidenceOperation, PropertyVerdict } from "../checks/history/verdicts.ts";
import { worst } from "../checks/verdict.ts";
import type { ReadHistory } from "../exchange/history-events.ts";
import { HistoryError, HistoryReader } from "../exchange/history-reader.ts";
import { badUsage } from "./bad-usage.ts";
import { CommandError } from "./command-error.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { reasonOf } from "./read-text-file.ts";
import type { Terminal } from "./terminal.ts";

export interface CheckHistoryCommandOptions {
  readonly cwd: string;
  readonly file: string;
  /** Null: told from the operations. */
  readonly model: HistoryModel | null;
  /** Empty: all that fit the model. */
  readonly promises: readonly PromiseName[];
  readonly configurations: number;
  readonly staleNs: number;
  readonly isIndependent: boolean;
  readonly initial: string | null;
  readonly json: boolean;
  /** The words of the command line, for the line that does the same again. */
  readonly words: readonly string[];
}

/** Some 150 bytes each. */
const OPERATIONS_MAX = 10_000_000;

/**
 * Judges a recorded history in one of Jepsen's forms.
 *
 * @throws CommandError if the file cannot be read or is no history
 */
export function checkHistoryCommand(
  options: CheckHistoryCommandOptions,
  terminal: Terminal,
): ExitCode {
  const { history, model } = read(options, terminal);
  const fitting = PROMISE_NAMES.filter((promise) => promiseFits(promise, model));
  const unfit = options.promises.find((promise) => !fitting.includes(promise));
  if (unfit !== undefined) {
    const found = `--check is ${unfit}, which says nothing of a history of a ${model}`;
    throw badUsage(`${found}, expected of ${fitting.join(", ")}`, "check-history");
  }
  const { configurations, staleNs, file } = options;
  terminal.progress(`${file}  ${history.count} operations`);
  const promises = options.promises.length > 0 ? options.promises : fitting;
  const verdicts = checkHistory(history, { model, promises, configurations, staleNs });
  terminal.progress(null);
  const verdict = worst(verdicts.map((of) => of.verdict));
  const reproduce = `cachequake ${options.words.map(shellWord).join(" ")}`;
  const facts = { file, model, operations: history.count, keys: history.keys.length, verdict };
  if (options.json)
    terminal.out(`${JSON.stringify({ ...facts, reproduce, properties: verdicts }, null, 2)}\n`);
  else terminal.out(describe(facts, verdicts, reproduce));
  return EXIT[verdict];
}

const PIECE_BYTES = 1 << 20;

function read(options: CheckHistoryCommandOptions, terminal: Terminal): ReadHistory {
  const { file, model, isIndependent, initial } = options;
  const rules = { model, isIndependent, initial, operationsMax: OPERATIONS_MAX };
  const reader = new HistoryReader(rules);
  let handle: number | undefined;
  try {
    handle = openSync(path.resolve(options.cwd, file), "r");
    if (fstatSync(handle).isDirectory()) throw unreadable(file, "is a folder");
    const { size } = fstatSync(handle);
    const decoder = new TextDecoder("utf-8", { fatal: true });
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    for (let total = 0; ; ) {
      const count = readSync(handle, piece, 0, PIECE_BYTES, null);
      if (count === 0) break;
      total += count;
      terminal.progress(`${file}  ${size > 0 ? `${Math.floor((100 * total) / size)} % read` : ""}`);
      reader.feed(decode(decoder, piece.subarray(0, count), file));
    }
    reader.feed(decode(decoder, undefined, file));
    return reader.end();
  } catch (error) {
    if (error instanceof HistoryError) {
      const where = `${file}:${error.line}`;
      throw new CommandError(
        EXIT.badInput,
        `Cannot read history: ${where} ${error.found}, expected ${error.expected}`,
      );
    }
    if (error instanceof CommandError) throw error;
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw unreadable(file, reasonOf(error));
  } finally {
    terminal.progress(null);
    if (handle !== undefined) closeSync(handle);
  }
}

function decode(
  decoder: InstanceType<typeof TextDecoder>,
  bytes: Uint8Array | undefined,
  file: string,
): string {
  try {
    return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
  } catch {
    throw unreadable(file, "holds bytes that are not UTF-8");
  }
}

const unreadable = (file: string, found: string): CommandError =>
  new CommandError(
    EXIT.badInput,
    `Cannot read history: ${file} ${found}, expected a history in EDN or JSON`,
  );

function describe(
  facts: {
    readonly file: string;
    readonly model: string;
    readonly operations: number;
    readonly keys: number;
    readonly verdict: string;
  },
  verdicts: readonly PropertyVerdict[],
  reproduce: string,
): string {
  const keys = facts.keys === 1 ? "1 key" : `${facts.keys} keys`;
  const lines = [
    `${facts.verdict.toUpperCase()}  ${facts.file}  ${facts.operations} operations on ${keys}, judged as ${facts.model}`,
    "",
  ];
  const width = Math.max(...verdicts.map(({ property }) => property.length));
  for (const of of verdicts) {
    lines.push(`  ${of.verdict.padEnd(7)}  ${of.property.padEnd(width)}  ${summaryOf(of)}`);
    lines.push(...evidence(of).map((line) => `           ${line}`));
  }
  return `${lines.join("\n")}\n\nReproduce  ${reproduce}\n`;
}

function summaryOf({ verdict, failed, keys, key, reason, property }: PropertyVerdict): string {
  if (verdict !== "fail") return reason;
  const { summary = "" } = consistencyPromises.find(({ promise }) => promise === property) ?? {};
  const where = keys === 1 ? "" : `, on ${failed} of ${keys} keys; key ${key}`;
  return `not so: ${summary}${where}`;
}

function evidence({ verdict, reason, because, operations }: PropertyVerdict): string[] {
  if (verdict !== "fail") return [];
  return [reason, ...because.map((line) => `- ${line}`), ...operations.map(operationLine)];
}

function operationLine(of: EvidenceOperation): string {
  const [from, to] = of.lines;
  const lines = from === null ? "" : `lines ${from} to ${to ?? "the end"}`;
  const [began, ended] = of.seconds;
  const times = began === null ? "" : `  ${began.toFixed(6)} s to ${ended?.toFixed(6) ?? "?"} s`;
  return `  process ${of.session}  ${of.kind} ${of.value}  ${of.outcome}  ${lines}${times}`;
}
