/**
 * What a client host may spend on retries: a bucket of tokens.
 *
 * Models: each operation earns a share of a retry, up to a reserve; a retry takes a whole one or is not made.
 * Leaves out: a budget that several client hosts share, and one kept per node.
 */
import type { RetryBudget } from "./client-settings.ts";

/** Millionths of a retry: whole numbers, so that shares add up exactly. */
const RETRY = 1_000_000;

export class Budget {
  private readonly earned: number;
  private readonly most: number;
  private tokens: number;

  constructor({ share, reserve }: RetryBudget) {
    this.earned = Math.round(share * RETRY);
    this.most = reserve * RETRY;
    this.tokens = this.most;
  }

  /** An operation begins. */
  earn(): void {
    this.tokens = Math.min(this.most, this.tokens + this.earned);
  }

  /** Takes a retry; false when there is none. */
  spend(): boolean {
    if (this.tokens < RETRY) return false;
    this.tokens -= RETRY;
    return true;
  }
}
