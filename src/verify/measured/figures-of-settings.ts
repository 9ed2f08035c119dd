/**
 * What redis-server 7.0.15 (Debian 12) did at settings that the measurements in `figures.ts` do not have, so that the
 * model is judged beyond them: other node timeouts, delays, rates, exponents, sizes and numbers of samples. Measured on
 * 2026-11-25 by `scripts/measure/`, on two cores (Linux 6.18) over loopback without persistence, while other programs ran.
 *
 * Measured for this project.
 */

import type { EvictionRun } from "./figures.ts";

/** Three primaries with a replica each, idle: ms between two answers of a peer, as CLUSTER NODES tells of them. */
export const pingGap: readonly {
  readonly nodeTimeoutMs: number;
  readonly mean: number;
  readonly median: number;
  readonly answers: number;
}[] = [
  { nodeTimeoutMs: 1000, mean: 481, median: 505, answers: 2506 },
  { nodeTimeoutMs: 3000, mean: 1109, median: 1496, answers: 1625 },
];

/** The same cluster without writes, kill -9 of one primary after the other at random moments. ms after the kill. */
export const killedPrimaryElsewhere: readonly {
  readonly nodeTimeoutMs: number;
  readonly failAgreed: readonly number[];
  readonly won: readonly number[];
}[] = [
  {
    nodeTimeoutMs: 500,
    failAgreed: [
      729, 810, 718, 915, 934, 834, 716, 821, 1002, 863, 866, 688, 894, 903, 933, 800, 831, 822,
      640, 789, 841, 781, 701, 822, 880, 858, 735, 748, 808, 938,
    ],
    won: [
      1561, 1907, 1350, 1671, 1706, 1596, 1713, 1786, 1623, 1785, 1522, 1432, 1939, 1726, 1900,
      1422, 1723, 1852, 1391, 1857, 1751, 1597, 1484, 1638, 1932, 1489, 1358, 1564, 1578, 1886,
    ],
  },
  {
    nodeTimeoutMs: 3000,
    failAgreed: [
      4483, 4414, 4472, 4421, 4514, 4589, 4455, 3672, 3692, 4053, 4151, 4848, 4324, 4439, 4018,
      4277, 4390, 3962, 4325, 4232, 4265, 4267, 4512, 4703, 4477, 4756, 4264, 4094, 4565, 4247,
      4683, 4368, 4491, 4736, 4561, 4068, 3799, 3962, 4561, 4593, 4220, 4467, 3838, 3732, 4573,
      5119, 3740, 3912, 4106, 4602, 4097, 4144, 4604, 4789, 4848, 4289, 4527, 4945, 3814, 4435,
      4521, 3714, 4128, 4947,
    ],
    won: [
      5508, 5554, 5025, 5343, 5218, 5410, 5272, 4320, 4613, 4682, 5014, 5865, 5207, 5279, 5128,
      4951, 5295, 5015, 5445, 5066, 5117, 5095, 5423, 5559, 5353, 5466, 5306, 4830, 5435, 5219,
      5451, 5487, 5302, 5654, 5404, 4761, 4719, 5084, 5265, 5417, 5149, 5134, 4575, 4668, 5596,
      6235, 4684, 4853, 5132, 5651, 5224, 4799, 5540, 5924, 5993, 5234, 5237, 5658, 4546, 5582,
      5223, 4569, 4754, 5667,
    ],
  },
];

/**
 * 20,000 keys of distinct TTLs, volatile-ttl, 4,000 of them evicted one by one: the share of the 4,000 that expire first
 * that is still there. 0 if the server knew the order, 0.8 if it chose at random.
 */
export const wronglyKept: readonly {
  readonly samples: number;
  readonly shares: readonly number[];
}[] = [
  { samples: 5, shares: [0.3202, 0.312, 0.3167, 0.32, 0.3272, 0.3387, 0.3277, 0.306] },
  { samples: 3, shares: [0.5132, 0.4845, 0.4948, 0.5015, 0.491, 0.495, 0.4785, 0.5] },
  { samples: 10, shares: [0.156, 0.154, 0.1575, 0.1593, 0.152, 0.1598, 0.1505, 0.1517] },
];

/** used_memory per string item of 100,000, key of 11 B. */
export const memoryPerItemElsewhere: readonly {
  readonly valueBytes: number;
  readonly ttl: boolean;
  readonly bytes: number;
}[] = [
  { valueBytes: 20, ttl: false, bytes: 106.8 },
  { valueBytes: 20, ttl: true, bytes: 149.3 },
  { valueBytes: 200, ttl: false, bytes: 298.8 },
  { valueBytes: 200, ttl: true, bytes: 341.4 },
  { valueBytes: 3000, ttl: false, bytes: 3146.9 },
  { valueBytes: 3000, ttl: true, bytes: 3189.4 },
];

/** The same in a cluster of one node that has all slots, 2026-11-27. */
export const memoryPerClusterItem: typeof memoryPerItemElsewhere = [
  { valueBytes: 3, ttl: false, bytes: 107 },
  { valueBytes: 3, ttl: true, bytes: 149.5 },
  { valueBytes: 20, ttl: false, bytes: 123 },
  { valueBytes: 20, ttl: true, bytes: 165.5 },
  { valueBytes: 44, ttl: false, bytes: 139 },
  { valueBytes: 44, ttl: true, bytes: 181.5 },
  { valueBytes: 100, ttl: false, bytes: 203 },
  { valueBytes: 100, ttl: true, bytes: 245.5 },
  { valueBytes: 512, ttl: false, bytes: 731 },
  { valueBytes: 1024, ttl: false, bytes: 1371 },
  { valueBytes: 10_240, ttl: false, bytes: 12_379.3 },
];

/** used_memory of a server without keys, and of one that has all slots of a cluster of itself. 2026-11-27. */
export const emptyServer: readonly { readonly clusterEnabled: boolean; readonly bytes: number }[] =
  [
    { clusterEnabled: false, bytes: 964_024 },
    { clusterEnabled: true, bytes: 1_737_344 },
  ];

/**
 * Get-or-set of 200,000 keys, key of 11 B, value of 100 B: hit ratio of the last 160,000 of 480,000 accesses. The trace is
 * that of `trace.ts`.
 */
export const hitRatiosElsewhere: readonly (EvictionRun & {
  readonly exponent: number;
  readonly samples: number;
})[] = [
  {
    exponent: 0.7,
    samples: 5,
    policy: "allkeys-lru",
    maxmemoryBytes: 10485760,
    accessesPerSecond: 8307,
    emptyBytes: 964416,
    hitRatio: 0.5378,
  },
  {
    exponent: 0.7,
    samples: 5,
    policy: "allkeys-lfu",
    maxmemoryBytes: 10485760,
    accessesPerSecond: 11160,
    emptyBytes: 964256,
    hitRatio: 0.5785,
  },
  {
    exponent: 0.7,
    samples: 5,
    policy: "volatile-ttl",
    maxmemoryBytes: 10485760,
    accessesPerSecond: 14465,
    emptyBytes: 964288,
    hitRatio: 0.4489,
  },
  {
    exponent: 1.1,
    samples: 5,
    policy: "allkeys-lru",
    maxmemoryBytes: 4194304,
    accessesPerSecond: 16933,
    emptyBytes: 964224,
    hitRatio: 0.8477,
  },
  {
    exponent: 1.1,
    samples: 5,
    policy: "allkeys-lfu",
    maxmemoryBytes: 4194304,
    accessesPerSecond: 15022,
    emptyBytes: 964416,
    hitRatio: 0.8658,
  },
  {
    exponent: 1.1,
    samples: 5,
    policy: "volatile-ttl",
    maxmemoryBytes: 4194304,
    accessesPerSecond: 15886,
    emptyBytes: 964224,
    hitRatio: 0.809,
  },
  {
    exponent: 0.9,
    samples: 10,
    policy: "allkeys-lru",
    maxmemoryBytes: 5242880,
    accessesPerSecond: 12206,
    emptyBytes: 964288,
    hitRatio: 0.6295,
  },
  {
    exponent: 0.9,
    samples: 10,
    policy: "allkeys-lfu",
    maxmemoryBytes: 5242880,
    accessesPerSecond: 13400,
    emptyBytes: 964288,
    hitRatio: 0.6772,
  },
  {
    exponent: 0.9,
    samples: 10,
    policy: "volatile-ttl",
    maxmemoryBytes: 5242880,
    accessesPerSecond: 9945,
    emptyBytes: 964288,
    hitRatio: 0.5662,
  },
  {
    exponent: 0.9,
    samples: 3,
    policy: "allkeys-lru",
    maxmemoryBytes: 5242880,
    accessesPerSecond: 10767,
    emptyBytes: 964320,
    hitRatio: 0.6248,
  },
  {
    exponent: 0.9,
    samples: 3,
    policy: "allkeys-lfu",
    maxmemoryBytes: 5242880,
    accessesPerSecond: 11143,
    emptyBytes: 964224,
    hitRatio: 0.6626,
  },
  {
    exponent: 0.9,
    samples: 3,
    policy: "volatile-ttl",
    maxmemoryBytes: 5242880,
    accessesPerSecond: 16407,
    emptyBytes: 964256,
    hitRatio: 0.5644,
  },
];

/**
 * used_memory by which a key with a value of so many elements of one size makes a server larger, mean of 5 to 1000 keys of
 * 8 B, elements numbers with leading zeros. redis-server 7.0.15 without a configuration file, 2026-11-26.
 */
export const memoryPerCollectionElsewhere: readonly {
  readonly type: "hash" | "list" | "set" | "sorted-set";
  readonly elements: number;
  readonly elementBytes: number;
  readonly bytes: number;
}[] = [
  { type: "hash", elements: 10, elementBytes: 20, bytes: 513 },
  { type: "hash", elements: 128, elementBytes: 20, bytes: 6208 },
  { type: "hash", elements: 1000, elementBytes: 20, bytes: 104_330 },
  { type: "hash", elements: 1000, elementBytes: 70, bytes: 200_320 },
  { type: "hash", elements: 10_000, elementBytes: 100, bytes: 2_756_634 },
  { type: "list", elements: 10, elementBytes: 20, bytes: 416 },
  { type: "list", elements: 1000, elementBytes: 20, bytes: 22_784 },
  { type: "list", elements: 1000, elementBytes: 100, bytes: 105_184 },
  { type: "list", elements: 10_000, elementBytes: 20, bytes: 222_598 },
  { type: "set", elements: 10, elementBytes: 20, bytes: 960 },
  { type: "set", elements: 100, elementBytes: 20, bytes: 8064 },
  { type: "set", elements: 1000, elementBytes: 20, bytes: 72_320 },
  { type: "set", elements: 10_000, elementBytes: 100, bytes: 1_636_736 },
  { type: "sorted-set", elements: 10, elementBytes: 20, bytes: 328 },
  { type: "sorted-set", elements: 128, elementBytes: 20, bytes: 3647 },
  { type: "sorted-set", elements: 129, elementBytes: 20, bytes: 19_023 },
  { type: "sorted-set", elements: 1000, elementBytes: 20, bytes: 126_354 },
  { type: "sorted-set", elements: 10_000, elementBytes: 100, bytes: 2_171_310 },
];
