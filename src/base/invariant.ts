/** A broken promise of our own code: exit 70, printed with seed and simulated time by the runner. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
  constructor(
    readonly claim: string,
    readonly facts: Readonly<Record<string, unknown>>,
  ) {
    super(`Invariant does not hold: ${claim} (${JSON.stringify(facts)})`);
  }
}

/** Throws InvariantError unless `condition` holds. `claim` says what must be true; `facts` what was seen. */
export function invariant(
  condition: boolean,
  claim: string,
  facts: Readonly<Record<string, unknown>> = {},
): asserts condition {
  if (!condition) throw new InvariantError(claim, facts);
}
