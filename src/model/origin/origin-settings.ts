import type { Distribution } from "../../kernel/distribution.ts";

/** The database behind a cache: a queue with `concurrency` servers. */
export interface OriginSettings {
  readonly name: string;
  readonly region: string;
  /** The zone it depends on, or null when it survives the loss of any one zone. */
  readonly zone: string | null;
  readonly concurrency: number;
  readonly serviceTime: Distribution;
}
