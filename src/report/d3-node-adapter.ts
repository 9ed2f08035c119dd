/** The only part of reports that needs Node: a document to draw into, by d3-node. Loaded when a drawing is made. */
import { plain } from "./format.ts";
import type { Pen } from "./pen.ts";

/** Lets `draw` fill an SVG element and serialises it as XML. Whatever a label holds, nothing in it steers a reader. */
export async function renderSvg(draw: (svg: Pen) => void): Promise<string> {
  const { D3Node } = await import("d3-node");
  const page = new D3Node();
  const svg = page.createSVG();
  draw(svg);
  const text = new page.window.XMLSerializer().serializeToString(svg.node());
  return text.split("\n").map(plain).join("\n");
}
