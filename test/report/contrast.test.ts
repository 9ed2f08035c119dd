/** Contrast of the timeline, which axe-core does not see in an SVG: WCAG AA, 4.5 to 1 for texts, 3 to 1 for shapes. */
import { describe, expect, test } from "vitest";
import { SVG_STYLE } from "../../src/report/svg-style.ts";

type Colour = readonly [number, number, number];

const tokensOf = (block: string): ReadonlyMap<string, Colour> =>
  new Map(
    [...block.matchAll(/--([a-z-]+):#([0-9a-f]{6})/g)].map(([, name, hex]) => {
      const value = Number.parseInt(hex as string, 16);
      return [name as string, [value >> 16, (value >> 8) & 255, value & 255] as const];
    }),
  );

/** Relative luminance, WCAG 2.1. */
const luminance = (colour: Colour): number => {
  const [r, g, b] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

const contrast = (a: Colour, b: Colour): number => {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
};

const over = (top: Colour, bottom: Colour, opacity: number): Colour =>
  top.map((part, i) => part * opacity + (bottom[i] as number) * (1 - opacity)) as unknown as Colour;

const [light, dark] = SVG_STYLE.split("@media screen and (prefers-color-scheme: dark)") as [
  string,
  string,
];

describe.each([
  ["light", tokensOf(light)],
  ["dark", tokensOf(dark)],
] as const)("texts of the timeline, %s", (_, tokens) => {
  const colour = (name: string): Colour => tokens.get(name) as Colour;
  const fault = over(colour("fault"), colour("bg"), 0.55);

  test.each([
    ["ink", "bg"],
    ["soft", "bg"],
    ["ok", "bg"],
    ["bad", "bg"],
    ["warn", "bg"],
    ["accent", "bg"],
    ["primary-ink", "primary"],
    ["replica-ink", "replica"],
    ["down-ink", "down"],
  ])("%s on %s", (text, ground) => {
    expect(contrast(colour(text), colour(ground))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(["fault-ink", "accent", "ink"])("%s on the band of a fault", (text) => {
    expect(contrast(colour(text), fault)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(["grid", "line", "stroke", "fault-ink", "ok", "accent", "warn", "bad"])(
    "shapes: %s on the ground and on the band of a fault",
    (shape) => {
      expect(contrast(colour(shape), colour("bg"))).toBeGreaterThanOrEqual(3);
      expect(contrast(colour(shape), fault)).toBeGreaterThanOrEqual(3);
    },
  );

  test("patterns on their own ground", () => {
    expect(contrast(colour("stroke"), colour("down"))).toBeGreaterThanOrEqual(3);
    expect(contrast(colour("primary"), colour("replica"))).toBeGreaterThanOrEqual(3);
  });
});

test("the measure: black on white is 21, a colour on itself 1", () => {
  expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 5);
  expect(contrast([9, 99, 200], [9, 99, 200])).toBe(1);
});

test("what has too little contrast alone, has an edge that has enough", () => {
  expect(SVG_STYLE).toMatch(/\.replica \{ fill: [^;]+; stroke: var\(--stroke\)/);
  expect(SVG_STYLE).toContain(".cq .faultbar { fill: var(--fault-ink); }");
  expect(SVG_STYLE).toContain(".cq .faultedge { stroke: var(--fault-ink);");
});
