/**
 * Node types: vCPU, memory, maxmemory, SSD, network, on-demand price in us-east-1.
 *
 * Source: ElastiCache user guide, "Supported node types" (about 2026); prices from a public price catalogue (about
 * 2025-26, citing the pricing page). Valkey costs 0.8 of the Redis OSS price (user guide, reserved nodes page). A null
 * price is not known.
 */
export interface NodeType {
  readonly name: string;
  readonly vcpu: number;
  readonly memoryGib: number;
  readonly maxmemoryBytes: number;
  readonly ssdGib: number;
  /** Baseline and burst network bandwidth, Gbit/s; burst 0: none. */
  readonly networkGbps: number;
  readonly burstGbps: number;
  /** USD per hour in us-east-1. */
  readonly priceRedis: number | null;
  readonly priceValkey: number | null;
  /** What the guide says about engines, empty for no limit. */
  readonly note: string;
}

type Row = readonly [
  name: string,
  vcpu: number,
  memoryGib: number,
  maxmemoryBytes: number,
  ssdGib: number,
  networkGbps: number,
  burstGbps: number,
  priceRedis: number | null,
  priceValkey: number | null,
  note: string,
];

// biome-ignore format: one row a line
const ROWS: readonly Row[] = [
  ["cache.t4g.micro", 2, 0.5, 536870912, 0, 0.064, 5, 0.016, 0.0128, ""],
  ["cache.t4g.small", 2, 1.37, 1471026299, 0, 0.128, 5, 0.032, 0.0256, ""],
  ["cache.t4g.medium", 2, 3.09, 3317862236, 0, 0.256, 5, 0.065, 0.052, ""],
  ["cache.t3.micro", 2, 0.5, 536870912, 0, 0.064, 5, 0.017, 0.0136, ""],
  ["cache.t3.small", 2, 1.37, 1471026299, 0, 0.128, 5, 0.034, 0.0272, ""],
  ["cache.t3.medium", 2, 3.09, 3317862236, 0, 0.256, 5, 0.068, 0.0544, ""],
  ["cache.m6g.large", 2, 6.38, 6854542746, 0, 0.75, 10, 0.149, 0.1192, ""],
  ["cache.m6g.xlarge", 4, 12.93, 13891921715, 0, 1.25, 10, 0.297, 0.2376, ""],
  ["cache.m6g.2xlarge", 8, 26.04, 27966669210, 0, 2.5, 10, 0.593, 0.4744, ""],
  ["cache.m6g.4xlarge", 16, 52.26, 56116178125, 0, 5, 10, 1.186, 0.9488, ""],
  ["cache.m6g.8xlarge", 32, 103.68, 111325552312, 0, 12, 0, 2.372, 1.8976, ""],
  ["cache.m6g.12xlarge", 48, 157.12, 168715971994, 0, 20, 0, 3.557, 2.8456, ""],
  ["cache.m6g.16xlarge", 64, 209.55, 225000375228, 0, 25, 0, 4.743, 3.7944, ""],
  ["cache.m7g.large", 2, 6.38, 6854542746, 0, 0.937, 12.5, 0.158, 0.1264, ""],
  ["cache.m7g.xlarge", 4, 12.93, 13891921715, 0, 1.876, 12.5, 0.315, 0.252, ""],
  ["cache.m7g.2xlarge", 8, 26.04, 27966669210, 0, 3.75, 15, 0.629, 0.5032, ""],
  ["cache.m7g.4xlarge", 16, 52.26, 56116178125, 0, 7.5, 15, 1.257, 1.0056, ""],
  ["cache.m7g.8xlarge", 32, 103.68, 111325552312, 0, 15, 0, 2.514, 2.0112, ""],
  ["cache.m7g.12xlarge", 48, 157.12, 168715971994, 0, 22.5, 0, 3.77, 3.016, ""],
  ["cache.m7g.16xlarge", 64, 209.55, 225000375228, 0, 30, 0, 5.028, 4.0224, ""],
  ["cache.r6g.large", 2, 13.07, 14037181030, 0, 0.75, 10, 0.206, 0.1648, ""],
  ["cache.r6g.xlarge", 4, 26.32, 28261849702, 0, 1.25, 10, 0.411, 0.3288, ""],
  ["cache.r6g.2xlarge", 8, 52.82, 56711183565, 0, 2.5, 10, 0.821, 0.6568, ""],
  ["cache.r6g.4xlarge", 16, 105.81, 113609865216, 0, 5, 10, 1.642, 1.3136, ""],
  ["cache.r6g.8xlarge", 32, 209.55, 225000375228, 0, 12, 0, 3.284, 2.6272, ""],
  ["cache.r6g.12xlarge", 48, 317.77, 341206346547, 0, 20, 0, 4.925, 3.94, ""],
  ["cache.r6g.16xlarge", 64, 419.09, 450000750456, 0, 25, 0, 6.567, 5.2536, ""],
  ["cache.r7g.large", 2, 13.07, 14037181030, 0, 0.937, 12.5, 0.219, 0.1752, ""],
  ["cache.r7g.xlarge", 4, 26.32, 28261849702, 0, 1.876, 12.5, 0.437, 0.3496, ""],
  ["cache.r7g.2xlarge", 8, 52.82, 56711183565, 0, 3.75, 15, 0.873, 0.6984, ""],
  ["cache.r7g.4xlarge", 16, 105.81, 113609865216, 0, 7.5, 15, 1.745, 1.396, ""],
  ["cache.r7g.8xlarge", 32, 209.55, 225000375228, 0, 15, 0, 3.491, 2.7928, ""],
  ["cache.r7g.12xlarge", 48, 317.77, 341206346547, 0, 22.5, 0, 5.235, 4.188, ""],
  ["cache.r7g.16xlarge", 64, 419.09, 450000750456, 0, 30, 0, 6.981, 5.5848, ""],
  ["cache.r6gd.xlarge", 4, 26.32, 28261849702, 99.33, 1.25, 10, 0.781, 0.6248, "data tiering; Valkey>=7.2 or Redis OSS>=6.2; not Memcached"],
  ["cache.r6gd.2xlarge", 8, 52.82, 56711183565, 199.07, 2.5, 10, 1.56, 1.248, "data tiering; Valkey>=7.2 or Redis OSS>=6.2; not Memcached"],
  ["cache.r6gd.4xlarge", 16, 105.81, 113609865216, 398.14, 5, 10, 3.12, 2.496, "data tiering; Valkey>=7.2 or Redis OSS>=6.2; not Memcached"],
  ["cache.r6gd.8xlarge", 32, 209.55, 225000375228, 796.28, 12, 0, 6.24, 4.992, "data tiering; Valkey>=7.2 or Redis OSS>=6.2; not Memcached"],
  ["cache.r6gd.12xlarge", 48, 317.77, 341206346547, 1194.42, 20, 0, 9.358, 7.4864, "data tiering; Valkey>=7.2 or Redis OSS>=6.2; not Memcached"],
  ["cache.r6gd.16xlarge", 64, 419.09, 450000750456, 1592.56, 25, 0, 12.477, 9.9816, "data tiering; Valkey>=7.2 or Redis OSS>=6.2; not Memcached"],
  ["cache.c7gn.large", 2, 3.09, 3317862236, 0, 6.25, 30, 0.255, 0.204, ""],
  ["cache.c7gn.xlarge", 4, 6.38, 6854542746, 0, 12.5, 40, 0.509, 0.4072, ""],
  ["cache.c7gn.2xlarge", 8, 12.94, 13891921715, 0, 25, 50, 1.018, 0.8144, ""],
  ["cache.c7gn.4xlarge", 16, 26.05, 27966669210, 0, 50, 0, 2.037, 1.6296, ""],
  ["cache.c7gn.8xlarge", 32, 52.26, 56116178125, 0, 100, 0, 4.073, 3.2584, ""],
  ["cache.c7gn.12xlarge", 48, 78.56, 84357985997, 0, 150, 0, 6.11, 4.888, ""],
  ["cache.c7gn.16xlarge", 64, 105.81, 113609865216, 0, 200, 0, 8.147, 6.5176, ""],
  ["cache.m5.large", 2, 6.38, 6854542746, 0, 0.75, 10, 0.156, 0.1248, ""],
  ["cache.m5.xlarge", 4, 12.93, 13891921715, 0, 1.25, 10, 0.311, 0.2488, ""],
  ["cache.m5.2xlarge", 8, 26.04, 27966669210, 0, 2.5, 10, 0.623, 0.4984, ""],
  ["cache.m5.4xlarge", 16, 52.26, 56116178125, 0, 5, 10, 1.245, 0.996, ""],
  ["cache.m5.12xlarge", 48, 157.12, 168715971994, 0, 12, 0, 3.744, 2.9952, ""],
  ["cache.m5.24xlarge", 96, 314.32, 337500562842, 0, 25, 0, 7.488, 5.9904, ""],
  ["cache.r5.large", 2, 13.07, 14037181030, 0, 0.75, 10, 0.216, 0.1728, ""],
  ["cache.r5.xlarge", 4, 26.32, 28261849702, 0, 1.25, 10, 0.431, 0.3448, ""],
  ["cache.r5.2xlarge", 8, 52.82, 56711183565, 0, 2.5, 10, 0.862, 0.6896, ""],
  ["cache.r5.4xlarge", 16, 105.81, 113609865216, 0, 5, 10, 1.724, 1.3792, ""],
  ["cache.r5.12xlarge", 48, 317.77, 341206346547, 0, 12, 0, 5.184, 4.1472, ""],
  ["cache.r5.24xlarge", 96, 635.61, 682485973811, 0, 25, 0, 10.368, 8.2944, ""],
  ["cache.m8g.large", 2, 6.79, 7294178820, 0, 0.937, 12.5, null, null, "Valkey>=7.2 / Memcached>=1.6.6 only (no Redis OSS table)"],
  ["cache.m8g.xlarge", 4, 14.18, 15222495510, 0, 1.875, 12.5, null, null, "Valkey>=7.2 / Memcached>=1.6.6 only (no Redis OSS table)"],
  ["cache.m8g.2xlarge", 8, 29.68, 31866224640, 0, 3.75, 15, null, null, "Valkey>=7.2 / Memcached>=1.6.6 only (no Redis OSS table)"],
  ["cache.m8g.4xlarge", 16, 61.33, 65856864256, 0, 7.5, 15, null, null, "Valkey>=7.2 / Memcached>=1.6.6 only (no Redis OSS table)"],
  ["cache.m8g.8xlarge", 32, 124.65, 133838143488, 0, 15, 0, null, null, "Valkey>=7.2 / Memcached>=1.6.6 only (no Redis OSS table)"],
  ["cache.m8g.12xlarge", 48, 187.96, 201819422720, 0, 22.5, 0, null, null, "Valkey>=7.2 / Memcached>=1.6.6 only (no Redis OSS table)"],
  ["cache.m8g.16xlarge", 64, 251.27, 269800701952, 0, 30, 0, null, null, "Valkey>=7.2 / Memcached>=1.6.6 only (no Redis OSS table)"],
  ["cache.r8g.large", 2, 14.18, 15222495510, 0, 0.937, 12.5, null, null, "Valkey>=7.2 / Memcached>=1.6.6 only (no Redis OSS table)"],
  ["cache.r8g.xlarge", 4, 29.68, 31866224640, 0, 1.875, 12.5, null, null, "Valkey>=7.2 / Memcached>=1.6.6 only (no Redis OSS table)"],
  ["cache.r8g.2xlarge", 8, 61.33, 65856864256, 0, 3.75, 15, null, null, "Valkey>=7.2 / Memcached>=1.6.6 only (no Redis OSS table)"],
  ["cache.r8g.4xlarge", 16, 124.65, 133838143488, 0, 7.5, 15, null, null, "Valkey>=7.2 / Memcached>=1.6.6 only (no Redis OSS table)"],
  ["cache.r8g.8xlarge", 32, 251.27, 269800701952, 0, 15, 0, null, null, "Valkey>=7.2 / Memcached>=1.6.6 only (no Redis OSS table)"],
  ["cache.r8g.12xlarge", 48, 377.9, 405763260416, 0, 22.5, 0, null, null, "Valkey>=7.2 / Memcached>=1.6.6 only (no Redis OSS table)"],
  ["cache.r8g.16xlarge", 64, 504.52, 541725818880, 0, 30, 0, null, null, "Valkey>=7.2 / Memcached>=1.6.6 only (no Redis OSS table)"],
  ["cache.c8gn.large", 2, 3.1, 3330020474, 0, 6.25, 30, null, null, "Valkey>=7.2 / Memcached>=1.6.6 only (no Redis OSS table)"],
  ["cache.c8gn.xlarge", 4, 6.79, 7294178820, 0, 12.5, 40, null, null, "Valkey>=7.2 / Memcached>=1.6.6 only (no Redis OSS table)"],
  ["cache.c8gn.2xlarge", 8, 14.18, 15222495510, 0, 25, 50, null, null, "Valkey>=7.2 / Memcached>=1.6.6 only (no Redis OSS table)"],
  ["cache.c8gn.4xlarge", 16, 29.68, 31866224640, 0, 50, 0, null, null, "Valkey>=7.2 / Memcached>=1.6.6 only (no Redis OSS table)"],
  ["cache.c8gn.8xlarge", 32, 61.33, 65856864256, 0, 100, 0, null, null, "Valkey>=7.2 / Memcached>=1.6.6 only (no Redis OSS table)"],
  ["cache.c8gn.12xlarge", 48, 92.99, 99847503872, 0, 150, 0, null, null, "Valkey>=7.2 / Memcached>=1.6.6 only (no Redis OSS table)"],
  ["cache.c8gn.16xlarge", 64, 124.65, 133838143488, 0, 200, 0, null, null, "Valkey>=7.2 / Memcached>=1.6.6 only (no Redis OSS table)"],
];

export const nodeTypes: readonly NodeType[] = ROWS.map(
  ([
    name,
    vcpu,
    memoryGib,
    maxmemoryBytes,
    ssdGib,
    networkGbps,
    burstGbps,
    priceRedis,
    priceValkey,
    note,
  ]) => ({
    name,
    vcpu,
    memoryGib,
    maxmemoryBytes,
    ssdGib,
    networkGbps,
    burstGbps,
    priceRedis,
    priceValkey,
    note,
  }),
);

/**
 * Whether threads of their own encrypt what the command thread sends: from 6.2.5 of Redis OSS, on xlarge and larger of the
 * sixth and seventh generation, those with SSD left out. For other families the guide says nothing, and no is assumed.
 * Source: ElastiCache user guide, "Supported node types" (about 2026).
 */
export function offloadsTls(
  cacheNodeType: string,
  engine: "redis" | "valkey",
  engineVersion: string,
): boolean {
  const sized = /^cache\.[a-z]+[67]g\.(\d*)xlarge$/.test(cacheNodeType);
  return sized && (engine === "valkey" || Number.parseFloat(engineVersion) >= 6.2);
}

/** The node type of that name: `cache.r7g.large`. */
export const nodeTypeNamed = (name: string): NodeType | undefined =>
  nodeTypes.find((type) => type.name === name);
