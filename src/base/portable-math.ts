/**
 * Logarithm, exponential, power and cosine that give the same bits on every JavaScript engine.
 *
 * ECMAScript leaves the last bits of Math.log, Math.exp, Math.pow and Math.cos to the engine. These use only
 * + - * / and square roots, which IEEE 754 fixes. Within 1 ulp of the true value.
 *
 * Source: fdlibm 5.3 (e_log.c, e_exp.c, e_pow.c, k_cos.c, k_sin.c), https://www.netlib.org/fdlibm/
 * Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at SunSoft, a Sun
 * Microsystems, Inc. business. Permission to use, copy, modify, and distribute this software is
 * freely granted, provided that this notice is preserved.
 */

/** One double and its two halves, as the machine holds it: [low, high] on little-endian machines. */
const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;
const LOW = 1 - HIGH;

/** 2^54, to bring subnormal numbers into the normal range. */
const TWO_54 = 18014398509481984;
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const INVERSE_LN2 = Math.LOG2E;
const INFINITE = Number.POSITIVE_INFINITY;

/** 2^k, exactly, for -1022 <= k <= 1023. */
function powerOfTwo(k: number): number {
  halves[LOW] = 0;
  halves[HIGH] = (k + 1023) << 20;
  return double[0] as number;
}

/**
 * The natural logarithm.
 *
 * @returns -Infinity for 0, NaN below 0
 */
export function ln(x: number): number {
  if (!(x > 0)) return x === 0 ? -INFINITE : Number.NaN;
  if (x === INFINITE) return x;
  let k = 0;
  double[0] = x;
  let high = halves[HIGH] as number;
  if (high < 0x00100000) {
    double[0] = x * TWO_54;
    high = halves[HIGH] as number;
    k = -54;
  }
  // x = 2^k * (1 + f) with sqrt(2)/2 < 1 + f < sqrt(2).
  k += (high >> 20) - 1023;
  high &= 0x000fffff;
  const carry = (high + 0x95f64) & 0x100000;
  halves[HIGH] = high | (carry ^ 0x3ff00000);
  k += carry >> 20;
  const f = (double[0] as number) - 1;
  // ln(1 + f) = 2s + s R(s^2) with s = f / (2 + f): a series in odd powers of s.
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const odd =
    z *
    (0.6666666666666735 +
      w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  const r = even + odd;
  const halfSquare = 0.5 * f * f;
  if (k === 0) return f - (halfSquare - s * (halfSquare + r));
  return k * LN2_HIGH - (halfSquare - (s * (halfSquare + r) + k * LN2_LOW) - f);
}

/**
 * e to the power of x.
 *
 * @returns Infinity above 709.78, 0 below -745.13
 */
export function exp(x: number): number {
  if (!(x <= 709.782712893384)) return x > 0 ? INFINITE : Number.NaN;
  if (x < -745.1332191019411) return 0;
  // x = k ln 2 + r with |r| <= ln 2 / 2, r in two parts.
  const size = x < 0 ? -x : x;
  let k = 0;
  let high = x;
  let low = 0;
  if (size > 0.34657359027997264) {
    k = size < 1.0397207708399179 ? (x < 0 ? -1 : 1) : (INVERSE_LN2 * x + (x < 0 ? -0.5 : 0.5)) | 0;
    high = x - k * LN2_HIGH;
    low = k * LN2_LOW;
  } else if (size < 3.725290298461914e-9) return 1 + x;
  const r = high - low;
  const t = r * r;
  const c =
    r -
    t *
      (0.16666666666666602 +
        t *
          (-0.0027777777777015593 +
            t * (6.613756321437934e-5 + t * (-1.6533902205465252e-6 + t * 4.1381367970572385e-8))));
  if (k === 0) return 1 - ((r * c) / (c - 2) - r);
  const y = 1 - (low - (r * c) / (2 - c) - high);
  if (k === 1024) return y * 2 * powerOfTwo(1023);
  if (k >= -1021) return y * powerOfTwo(k);
  return y * powerOfTwo(k + 1000) * powerOfTwo(-1000);
}

/** `x` without the low 32 bits of its mantissa, so that products of two such are exact. */
function truncated(x: number): number {
  double[0] = x;
  halves[LOW] = 0;
  return double[0] as number;
}

/** A double of the given high half; the low half is 0. */
function fromHigh(high: number): number {
  halves[LOW] = 0;
  halves[HIGH] = high;
  return double[0] as number;
}

function highOf(x: number): number {
  double[0] = x;
  return halves[HIGH] as number;
}

/** `x` times 2^n, correctly rounded also where the result is subnormal. `x` is near 1. */
function scaled(x: number, n: number): number {
  if (n > 1023) return x * powerOfTwo(1023) * powerOfTwo(n - 1023);
  if (n >= -1021) return x * powerOfTwo(n);
  return x * powerOfTwo(n + 1000) * powerOfTwo(-1000);
}

/** The base-2 logarithm of some x in two parts, high + low, and scratch for `pow`. */
interface TwoParts {
  high: number;
  low: number;
}

const CP = 0.9617966939259756; // 2 / (3 ln 2)
const CP_HIGH = 0.9617967009544373;
const CP_LOW = -7.028461650952758e-9;
const INVERSE_LN2_HIGH = 1.4426950216293335;
const INVERSE_LN2_LOW = 1.9259629911266175e-8;
const { LN2 } = Math;
const LN2_HIGH_24 = 0.6931471824645996;
const LN2_LOW_24 = -1.904654299957768e-9;

/** log2(x) for x within 2^-20 of 1, by its series. */
function log2NearOne(x: number, answer: TwoParts): void {
  const t = x - 1;
  const w = t * t * (0.5 - t * (0.3333333333333333 - t * 0.25));
  const u = INVERSE_LN2_HIGH * t;
  const v = t * INVERSE_LN2_LOW - w * INVERSE_LN2;
  answer.high = truncated(u + v);
  answer.low = v - (answer.high - u);
}

/** log2(x) for finite x > 0 to some 70 bits. */
function log2InTwoParts(x: number, answer: TwoParts): void {
  let a = x;
  let n = 0;
  let high = highOf(a);
  if (high < 0x00100000) {
    a *= 9007199254740992;
    n = -53;
    high = highOf(a);
  }
  n += (high >> 20) - 1023;
  const mantissa = high & 0x000fffff;
  high = mantissa | 0x3ff00000;
  // a becomes a number near `near`: 1 or 1.5.
  let half = 0;
  if (mantissa > 0x3988e) {
    if (mantissa < 0xbb67a) half = 1;
    else {
      n += 1;
      high -= 0x00100000;
    }
  }
  double[0] = a;
  halves[HIGH] = high;
  a = double[0] as number;
  const near = half === 1 ? 1.5 : 1;
  let u = a - near;
  let v = 1 / (a + near);
  const s = u * v;
  const sHigh = truncated(s);
  let tHigh = fromHigh(((high >> 1) | 0x20000000) + 0x00080000 + (half << 18));
  let tLow = a - (tHigh - near);
  const sLow = v * (u - sHigh * tHigh - sHigh * tLow);
  let square = s * s;
  let r =
    square *
    square *
    (0.5999999999999946 +
      square *
        (0.4285714285785502 +
          square *
            (0.33333332981837743 +
              square *
                (0.272728123808534 +
                  square * (0.23066074577556175 + square * 0.20697501780033842)))));
  r += sLow * (sHigh + s);
  square = sHigh * sHigh;
  tHigh = truncated(3 + square + r);
  tLow = r - (tHigh - 3 - square);
  u = sHigh * tHigh;
  v = sLow * tHigh + tLow * s;
  const pHigh = truncated(u + v);
  const pLow = v - (pHigh - u);
  const zHigh = CP_HIGH * pHigh;
  const nearHigh = half === 1 ? 0.5849624872207642 : 0;
  const nearLow = half === 1 ? 1.350039202129749e-8 : 0;
  const zLow = CP_LOW * pHigh + pLow * CP + nearLow;
  answer.high = truncated(zHigh + zLow + nearHigh + n);
  answer.low = zLow - (answer.high - n - nearHigh - zHigh);
}

/** 2^(high + low), where high + low = sum rounded. */
function exp2OfTwoParts(high: number, low: number): number {
  const sum = low + high;
  if (sum >= 1024 && (sum > 1024 || low + 8.008566259537294e-17 > sum - high)) return INFINITE;
  if (sum <= -1075 && (sum < -1075 || low <= sum - high)) return 0;
  const n = sum >= -0.5 && sum <= 0.5 ? 0 : Math.floor(sum + 0.5);
  const rest = high - n;
  const t = truncated(low + rest);
  const u = t * LN2_HIGH_24;
  const v = (low - (t - rest)) * LN2 + t * LN2_LOW_24;
  const z = u + v;
  const w = v - (z - u);
  const square = z * z;
  const c =
    z -
    square *
      (0.16666666666666602 +
        square *
          (-0.0027777777777015593 +
            square *
              (6.613756321437934e-5 +
                square * (-1.6533902205465252e-6 + square * 4.1381367970572385e-8))));
  const r = (z * c) / (c - 2) - (w + z * w);
  return scaled(1 - (r - z), n);
}

/**
 * `x` to the power of `y`, with Math.pow's answers for zeros, infinities, NaN and negative bases.
 */
export function pow(x: number, y: number): number {
  if (y === 0) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  const size = x < 0 ? -x : x;
  if (y === INFINITE || y === -INFINITE) {
    if (size === 1) return Number.NaN;
    return size > 1 === y > 0 ? INFINITE : 0;
  }
  let sign = 1;
  if (x < 0 || (x === 0 && 1 / x < 0)) {
    if (Math.floor(y) === y) sign = Math.floor(y / 2) * 2 === y ? 1 : -1;
    else if (x < 0 && x !== -INFINITE) return Number.NaN;
  }
  if (size === 0 || size === INFINITE) return (size === 0) === y > 0 ? sign * 0 : sign * INFINITE;
  if (y === 1) return x;
  if (y === 2) return x * x;
  if (y === -1) return 1 / x;
  if (y === 0.5 && x > 0) return Math.sqrt(x);
  return sign * powerOfPositive(size, y);
}

function powerOfPositive(x: number, y: number): number {
  const log: TwoParts = { high: 0, low: 0 };
  if (y > 2147483648 || y < -2147483648) {
    if (x < 0.9999990463256836) return y < 0 ? INFINITE : 0;
    if (x > 1.0000009536743164) return y > 0 ? INFINITE : 0;
    if (y > 1.8446744073709552e19 || y < -1.8446744073709552e19) {
      if (x === 1) return 1;
      return x > 1 === y > 0 ? INFINITE : 0;
    }
    log2NearOne(x, log);
  } else log2InTwoParts(x, log);
  const yHigh = truncated(y);
  return exp2OfTwoParts(yHigh * log.high, (y - yHigh) * log.high + y * log.low);
}

const TWO_PI = 6.283185307179586;

/** The cosine of so many turns: 0 and 1 give 1, 1/2 gives -1. Finite turns; within 2^-52 of the true value. */
export function cosOfTurns(turns: number): number {
  const size = turns < 0 ? -turns : turns;
  let part = size - Math.floor(size);
  if (part > 0.5) part = 1 - part;
  if (part > 0.25) return -quarterCos(0.5 - part);
  return quarterCos(part);
}

/** For 0 to 1/4 of a turn: by the series of the cosine, or of the sine of what is missing to 1/4. */
function quarterCos(part: number): number {
  if (part > 0.125) {
    const x = (0.25 - part) * TWO_PI;
    const z = x * x;
    const tail =
      0.00833333333332249 +
      z *
        (-0.0001984126982985795 +
          z * (2.7557313707070068e-6 + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10)));
    return x + z * x * (-0.16666666666666632 + z * tail);
  }
  const x = part * TWO_PI;
  const z = x * x;
  const tail =
    0.0416666666666666 +
    z *
      (-0.001388888888887411 +
        z *
          (2.480158728947673e-5 +
            z *
              (-2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11))));
  return 1 - (0.5 * z - z * z * tail);
}
