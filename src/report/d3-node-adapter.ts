/** The only part of reports that needs Node: a document to draw into, by d3-node. Loaded when a drawing is made. */
import type { Pen } from "./pen.ts";

/** Lets `draw` fill an SVG element and serialises it as XML. */
export async function renderSvg(draw: (svg: Pen) => void): Promise<string> {
  const { D3Node } = await import("d3-node");
  const page = new D3Node();
  const svg = page.createSVG();
  draw(svg);
  const text = new page.window.XMLSerializer().serializeToString(svg.node());
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "");
}
