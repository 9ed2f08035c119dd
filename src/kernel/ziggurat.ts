/**
 * Tables of the ziggurat method: the area under a density, cut into 256 layers of equal area.
 *
 * Source: G. Marsaglia, W. W. Tsang, "The Ziggurat Method for Generating Random Variables", Journal
 * of Statistical Software 5(8), 2000 (table sizes and constants of its section 3).
 */
import { exp, ln } from "../base/portable-math.ts";

export interface Ziggurat {
  /** Where the tail begins. */
  readonly tail: number;
  /** By layer: width of the layer's box, per step of a 24-bit integer. */
  readonly scale: Float64Array;
  /** By layer: 24-bit integers below this fall under the density for sure. */
  readonly inside: Int32Array;
  /** By layer: the density at the layer's outer edge. */
  readonly height: Float64Array;
}

/** Layers in a table. */
export const LAYERS = 256;
const STEPS = 16777216;

/** Builds the table of a falling density with `density(0) = 1`. */
function buildZiggurat(shape: {
  readonly tail: number;
  readonly layerArea: number;
  readonly density: (x: number) => number;
  readonly inverse: (y: number) => number;
}): Ziggurat {
  const { tail, layerArea, density, inverse } = shape;
  const edge = new Float64Array(LAYERS + 1);
  edge[0] = layerArea / density(tail);
  edge[1] = tail;
  for (let i = 2; i < LAYERS; i++) {
    const outer = edge[i - 1] as number;
    edge[i] = inverse(layerArea / outer + density(outer));
  }
  const scale = new Float64Array(LAYERS);
  const inside = new Int32Array(LAYERS);
  const height = new Float64Array(LAYERS + 1);
  for (let i = 0; i < LAYERS; i++) {
    const width = edge[i] as number;
    scale[i] = width / STEPS;
    inside[i] = Math.floor(((edge[i + 1] as number) / width) * STEPS);
    height[i] = density(width);
  }
  height[LAYERS] = 1;
  return { tail, scale, inside, height };
}

/** Density e^-x. */
export const EXPONENTIAL: Ziggurat = buildZiggurat({
  tail: 7.69711747013105,
  layerArea: 0.003949659822581557,
  density: (x) => exp(-x),
  inverse: (y) => -ln(y),
});

/** Density e^(-x^2 / 2), x >= 0: one side of the normal. */
export const HALF_NORMAL: Ziggurat = buildZiggurat({
  tail: 3.6541528853610088,
  layerArea: 0.00492867323399,
  density: (x) => exp(-0.5 * x * x),
  inverse: (y) => Math.sqrt(-2 * ln(y)),
});
