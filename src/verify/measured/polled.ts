import { Streams } from "../../kernel/streams.ts";

/** What a driver that looks each `periodMs` makes of moments, by a draw of its own phase. */
export function polled(moments: readonly number[], periodMs: number, purpose: string): number[] {
  const phase = new Streams("verify-driver").stream("driver", purpose);
  return moments.map((moment) => moment + phase.next() * periodMs);
}
