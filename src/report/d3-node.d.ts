declare module "d3-node" {
  import type { Pen } from "./pen.ts";
  export class D3Node {
    constructor(options?: { readonly styles?: string });
    readonly window: {
      readonly XMLSerializer: new () => { serializeToString(node: unknown): string };
    };
    readonly document: unknown;
    createSVG(
      width?: number,
      height?: number,
      attributes?: Readonly<Record<string, string>>,
    ): Pen & { node(): unknown };
  }
}
