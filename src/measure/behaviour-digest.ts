/**
 * Digest of what happened: operations and timeline, without marks, samples and what is stated for checks alone. A kernel optimisation may change
 * the run digest, never this one.
 */
import type { Journal } from "../journal/journal.ts";
import { OPERATION_BATCH, type OperationColumns } from "../journal/operation-columns.ts";
import { EVIDENCE, type JournalRecord } from "../journal/records.ts";
import { Digest } from "../kernel/digest.ts";

const TWO_32 = 4294967296;
/** Words of an operation. */
const WORDS = 9;

export class BehaviourDigest {
  private readonly digest = new Digest();
  private readonly words = new Int32Array(WORDS * OPERATION_BATCH);

  attach(journal: Journal): void {
    journal.subscribe({
      operations: (batch) => this.operations(batch),
      record: (record) => this.record(record),
    });
  }

  /** 16 hex digits. */
  hex(): string {
    return this.digest.hex();
  }

  private operations(batch: OperationColumns): void {
    const { words } = this;
    const { count, invokedAt, returnedAt } = batch;
    for (let i = 0, at = 0; i < count; i++, at += WORDS) {
      const invoked = invokedAt[i] as number;
      const returned = returnedAt[i] as number;
      // Small fields share a word; none of them overlaps.
      words[at] =
        (batch.traffic[i] as number) ^
        ((batch.command[i] as number) << 10) ^
        ((batch.outcome[i] as number) << 13) ^
        ((batch.requestOutcome[i] as number) << 16) ^
        (((batch.hit[i] as number) + 1) << 19) ^
        ((batch.attempts[i] as number) << 22);
      words[at + 1] = batch.key[i] as number;
      words[at + 2] = ((batch.session[i] as number) << 16) ^ ((batch.node[i] as number) & 0xffff);
      words[at + 3] = invoked | 0;
      words[at + 4] = Math.floor(invoked / TWO_32) | 0;
      words[at + 5] = returned | 0;
      words[at + 6] = Math.floor(returned / TWO_32) | 0;
      words[at + 7] = (batch.writeId[i] as number) | 0;
      words[at + 8] = (batch.offset[i] as number) | 0;
    }
    this.digest.foldWords(words, count * WORDS);
  }

  private record(record: JournalRecord): void {
    if (EVIDENCE.has(record.kind)) return;
    this.digest.foldText(JSON.stringify(record));
  }
}
