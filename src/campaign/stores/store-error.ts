/** A folder cannot be used as asked; the message says why, and what would help. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}
