import { closeSync, openSync, writeSync } from "node:fs";
import path from "node:path";
import type { HistoryRecorder } from "../exchange/history-writer.ts";
import { HISTORY_OPERATIONS_MAX } from "../measure/history-fold.ts";
import { CommandError } from "./command-error.ts";
import { EXIT } from "./exit-code.ts";
import { reasonOf } from "./read-text-file.ts";

/**
 * Writes what a recorder kept: `.json` and `.jsonl` in JSON, any other name in EDN.
 *
 * @throws CommandError (73) if the file cannot be written or the run had more operations than are kept
 */
export function writeHistory(recorder: HistoryRecorder, file: string, cwd: string): void {
  const refuse = (why: string): CommandError =>
    new CommandError(EXIT.cannotWrite, `Cannot write history: ${file} ${why}`);
  if (recorder.isOver)
    throw refuse(`would have holes: a cache had more than ${HISTORY_OPERATIONS_MAX} operations`);
  let handle: number | undefined;
  try {
    handle = openSync(path.resolve(cwd, file), "w");
    for (const piece of recorder.text(/\.jsonl?$/.test(file) ? "json" : "edn"))
      writeSync(handle, piece);
  } catch (error) {
    throw refuse(reasonOf(error));
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}
