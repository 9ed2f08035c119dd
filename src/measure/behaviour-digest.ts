/**
 * Digest of what happened: operations and timeline, without marks, samples and what is stated for checks alone. A kernel optimisation may change
 * the run digest, never this one.
 */
import type { Journal } from "../journal/journal.ts";
import type { OperationColumns } from "../journal/operation-columns.ts";
import { EVIDENCE, type JournalRecord } from "../journal/records.ts";
import { Digest } from "../kernel/digest.ts";

export class BehaviourDigest {
  private readonly digest = new Digest();

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
    const { digest } = this;
    for (let i = 0; i < batch.count; i++) {
      // Small fields share a word; none of them overlaps.
      const kind =
        (batch.traffic[i] as number) ^
        ((batch.command[i] as number) << 10) ^
        ((batch.outcome[i] as number) << 13) ^
        ((batch.requestOutcome[i] as number) << 16) ^
        (((batch.hit[i] as number) + 1) << 19) ^
        ((batch.attempts[i] as number) << 22);
      digest.fold(kind);
      digest.fold(batch.key[i] as number);
      digest.fold(((batch.session[i] as number) << 16) ^ ((batch.node[i] as number) & 0xffff));
      digest.foldNanos(batch.invokedAt[i] as number);
      digest.foldNanos(batch.returnedAt[i] as number);
      digest.fold((batch.writeId[i] as number) | 0);
      digest.fold((batch.offset[i] as number) | 0);
    }
  }

  private record(record: JournalRecord): void {
    if (EVIDENCE.has(record.kind)) return;
    this.digest.foldText(JSON.stringify(record));
  }
}
