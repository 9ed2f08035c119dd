import type { Distribution } from "../../kernel/distribution.ts";

/** The database behind a cache: a queue with `concurrency` servers. */
export interface OriginSettings {
  readonly name: string;
  readonly region: string;
  /** The zone it depends on, or null when it survives the loss of any one zone. */
  readonly zone: string | null;
  readonly concurrency: number;
  /** Who is served: requests in order of arrival, or all at once with a share each. */
  readonly discipline: "fifo" | "sharing";
  /** Requests beyond `concurrency` that may wait (or share); more are refused. Infinity: no limit. */
  readonly queueLimit: number;
  readonly serviceTime: Distribution;
}
