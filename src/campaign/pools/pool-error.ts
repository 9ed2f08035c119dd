/** The pool itself cannot go on: its workers do not start, or the module has no such function. */
export class PoolError extends Error {
  override readonly name = "PoolError";
}
