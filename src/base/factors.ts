/** Factors that several causes multiply into one figure, each taken back by itself without a trace. */
import { invariant } from "./invariant.ts";

export class Factors {
  private readonly factors: number[] = [];
  /** 1 while there are none. */
  product = 1;

  /** Adds (+1) a factor, or takes (-1) an equal one away. */
  change(factor: number, by: 1 | -1): void {
    if (by === 1) this.factors.push(factor);
    else {
      const at = this.factors.indexOf(factor);
      invariant(at >= 0, "a factor is taken away once", { factor });
      this.factors.splice(at, 1);
    }
    this.multiply();
  }

  /** Takes all of them away. */
  clear(): void {
    this.factors.length = 0;
    this.multiply();
  }

  private multiply(): void {
    this.product = this.factors.reduce((product, each) => product * each, 1);
  }
}
