/** Log-bucketed histogram of non-negative values: 128 buckets per doubling, error at most 0.4 %. */
const PER_DOUBLING = 128;
const LINEAR = 128;
const BUCKETS = LINEAR + PER_DOUBLING * 46;
const bits = new DataView(new ArrayBuffer(8));

export class Histogram {
  /** Below 2^32 each: more events than any run has. */
  private readonly counts = new Uint32Array(BUCKETS);
  /** Buckets in use lie between these, inclusive. */
  private lowest = BUCKETS;
  private highest = -1;
  count = 0;
  /** Minus infinity while there is none. */
  max = Number.NEGATIVE_INFINITY;

  record(value: number): void {
    this.count++;
    if (value > this.max) this.max = value;
    const bucket = bucketOf(value);
    if (bucket < this.lowest) this.lowest = bucket;
    if (bucket > this.highest) this.highest = bucket;
    this.counts[bucket] = (this.counts[bucket] as number) + 1;
  }

  /** The value below which a share `p` (0..1) of the values lies; null when empty. */
  percentile(p: number): number | null {
    if (this.count === 0) return null;
    let left = Math.max(1, Math.ceil(p * this.count));
    for (let bucket = this.lowest; bucket <= this.highest; bucket++) {
      left -= this.counts[bucket] as number;
      if (left <= 0) return Math.min(this.max, middleOf(bucket));
    }
    return this.max;
  }

  merge(other: Histogram): void {
    for (let bucket = other.lowest; bucket <= other.highest; bucket++) {
      this.counts[bucket] = (this.counts[bucket] as number) + (other.counts[bucket] as number);
    }
    this.lowest = Math.min(this.lowest, other.lowest);
    this.highest = Math.max(this.highest, other.highest);
    this.count += other.count;
    this.max = Math.max(this.max, other.max);
  }

  clear(): void {
    if (this.highest >= 0) this.counts.fill(0, this.lowest, this.highest + 1);
    this.lowest = BUCKETS;
    this.highest = -1;
    this.count = 0;
    this.max = Number.NEGATIVE_INFINITY;
  }
}

function bucketOf(value: number): number {
  if (value < LINEAR) return Math.floor(value);
  if (value < 4294967296) {
    const whole = value >>> 0;
    const exponent = 31 - Math.clz32(whole);
    return LINEAR + (exponent - 7) * PER_DOUBLING + ((whole >>> (exponent - 7)) & 127);
  }
  bits.setFloat64(0, value);
  const high = bits.getUint32(0);
  const exponent = (high >>> 20) - 1023;
  const bucket = LINEAR + (exponent - 7) * PER_DOUBLING + ((high >>> 13) & 127);
  return Math.min(bucket, BUCKETS - 1);
}

function middleOf(bucket: number): number {
  if (bucket < LINEAR) return bucket;
  const exponent = Math.floor((bucket - LINEAR) / PER_DOUBLING) + 7;
  const within = (bucket - LINEAR) % PER_DOUBLING;
  const low = 2 ** exponent * (1 + within / PER_DOUBLING);
  return low + 2 ** exponent / PER_DOUBLING / 2;
}
