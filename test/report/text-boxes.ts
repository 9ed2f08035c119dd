/** Where texts of a timeline stand, by the measure that it is laid out with. */
import { textWidth } from "../../src/report/sheet.ts";

export interface TextBox {
  readonly text: string;
  readonly x: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export function textBoxes(svg: string): readonly TextBox[] {
  return [...svg.matchAll(/<text([^>]*)>([^<]*)<\/text>/g)].map(
    ([, attributes = "", text = ""]) => {
      const get = (attribute: string): string =>
        new RegExp(`${attribute}="([^"]*)"`).exec(attributes)?.[1] ?? "";
      const classes = get("class").split(" ");
      const size = classes.includes("title")
        ? 20
        : classes.includes("head")
          ? 13
          : /small|name/.test(get("class"))
            ? 11.5
            : 12;
      const width = textWidth(text.replace(/&[a-z]+;/g, "x"), size);
      const x =
        Number(get("x")) -
        (classes.includes("end") ? width : classes.includes("mid") ? width / 2 : 0);
      return {
        text,
        x,
        right: x + width,
        top: Number(get("y")) - size * 0.75,
        bottom: Number(get("y")) + size * 0.2,
      };
    },
  );
}
