/**
 * What redis-server 7.0.15 (Debian 12, jemalloc 5.3) did on a machine of two cores (AMD EPYC, Linux 6.18) over loopback,
 * without persistence, on 2026-11-23. Times are ms after the fault by the clock of the measuring driver, which is a client
 * in Node.js that polls: ROLE of replicas each 20 ms, and the map of slots each 100 to 120 ms. Other programs ran at the
 * same time. No Valkey server was measured.
 *
 * Measured for this project.
 */

/** Three primaries with a replica each, cluster-node-timeout 1 s, kill -9 of a primary, 14 times under writes. */
export const killedPrimary = {
  /** The first node that logs a quorum for the failure. */
  failAgreed: [1667, 1269, 1635, 1472, 1425, 1502, 1716, 1809, 1491, 1586, 1664, 1595, 1573, 1404],
  /** From the election being scheduled, at the replica's cron, to its being won. */
  electionTook: [708, 908, 707, 809, 908, 707, 1010, 913, 607, 907, 1011, 925, 819, 912],
  won: [2381, 2262, 2410, 2304, 2394, 2262, 2785, 2822, 2173, 2557, 2695, 2537, 2491, 2367],
  /** From there until ROLE says master, as polled each 20 ms. */
  victoryToRole: [19.3, 2.8, 3.2, 12, 4.3, 9.3, 9.6, 14.3, 10.4, 10.1, 17.2, 20.4, 13.1, 5.5],
  /** First acknowledged write to the lost slots. */
  firstWrite: [
    2508.7, 2352.2, 2460.8, 2401.3, 2441.5, 2315.8, 2837.6, 2898, 2311.2, 2695.1, 2756, 2605.6,
    2623, 2442.7,
  ],
} as const;

/**
 * The same cluster without writes, on a second machine of two cores (Linux 6.18), kill -9 of a random primary at a random
 * moment, 45 times, on 2026-11-24.
 */
export const killedPrimaryAgain = {
  failAgreed: [
    1391, 1182, 1439, 1729, 1669, 1601, 1660, 1279, 1652, 1395, 1364, 1374, 1484, 1688, 1890, 1242,
    1585, 1288, 1217, 1513, 1674, 1372, 1411, 1486, 1766, 1135, 1444, 1441, 1449, 1480, 1598, 1543,
    1463, 1584, 1913, 1405, 1553, 1701, 1799, 1836, 1750, 1321, 1460, 1752, 1574,
  ],
  won: [
    2299, 2193, 2147, 2436, 2476, 2369, 2686, 2195, 2466, 2202, 2134, 2190, 2297, 2651, 2598, 2349,
    2674, 2335, 2218, 2371, 2479, 2278, 2319, 2206, 2785, 1824, 2065, 2215, 2065, 2540, 2585, 2167,
    2189, 2415, 2420, 2061, 2244, 2709, 2518, 2443, 2507, 2180, 2471, 2541, 2478,
  ],
  electionTook: [
    507, 604, 605, 605, 607, 607, 608, 609, 615, 619, 706, 706, 706, 706, 706, 706, 707, 708, 711,
    711, 716, 805, 805, 805, 806, 806, 807, 808, 809, 809, 809, 809, 906, 906, 908, 908, 910, 911,
    911, 922, 1006, 1007, 1008, 1012, 1049,
  ],
} as const;

/** The same cluster, SIGSTOP of a primary, 10 times. */
export const pausedPrimary = {
  failAgreed: [1895, 1567, 1479, 1509, 1385, 1344, 1409, 1542, 1509, 1641],
  won: [2515, 2657, 2175, 2613, 2092, 2047, 2520, 2493, 2533, 2320],
} as const;

/** The same cluster without writes on the second machine, SIGSTOP of a random primary at a random moment, 36 times. */
export const pausedPrimaryAgain = {
  failAgreed: [
    1946, 1590, 1508, 1789, 1324, 1683, 1690, 1484, 1854, 1297, 1293, 1535, 1495, 1501, 1388, 1526,
    1532, 1468, 1216, 1331, 1357, 1642, 1534, 1596, 1436, 1654, 1783, 1750, 1429, 1485, 1611, 1533,
    1388, 1252, 1750, 1386,
  ],
  won: [
    2755, 2327, 2385, 2801, 2398, 2287, 2545, 2196, 2965, 1987, 2100, 2420, 2385, 2505, 2272, 2172,
    2390, 2108, 1826, 2402, 2387, 2655, 2193, 2585, 2525, 2301, 2922, 2462, 2197, 2310, 2523, 2207,
    2315, 2258, 2562, 2482,
  ],
} as const;

/** The same cluster, one primary cut off with a client beside it, 10 times. */
export const isolatedPrimary = {
  minorityLastAck: [1398, 1437, 1392, 1373, 1177, 1256, 1444, 1236, 1498, 1159],
  majorityFirstWrite: [2421, 2369, 2814, 2110, 2444, 2150, 2477, 2378, 2606, 2076],
} as const;

/** One primary with five replicas, cluster-node-timeout 2 s, 0 to 4 of them far behind: who won, 15 times. */
export const replicaChoice = { elections: 15, wonByTheMostAdvanced: 15 } as const;

/** There, what each replica put its election off by, as its log says, by the rank that it gave itself. */
export const electionDelay = {
  0: [
    505, 510, 520, 525, 535, 539, 555, 565, 565, 568, 585, 604, 623, 626, 629, 636, 654, 661, 679,
    688, 706, 722, 730, 753, 758, 767, 769, 769, 781, 782, 788, 804, 817, 842, 852, 862, 883, 919,
    930, 971, 982, 982, 983, 985, 991,
  ],
  1: [1703, 1751, 1848],
  2: [2568, 2591, 2592, 2693, 2701, 2753],
  3: [3577, 3754, 3812, 3816, 3834, 3890, 3923, 3961, 3980],
  4: [4526, 4532, 4623, 4636, 4662, 4677, 4699, 4805, 4868, 4895, 4931, 4934],
} as const;

/**
 * One primary, two replicas and three sentinels, down-after 1 s, quorum 2, kill -9 of the primary, 10 times under writes.
 * From the sentinels' logs, the first of the three; the first write by a client that asks a sentinel for the primary.
 */
export const sentinelFailover = {
  down: [1042, 1028, 1052, 1070, 1054, 1074, 1069, 1020, 1028, 1027],
  agreed: [1119, 1123, 1139, 1172, 1140, 1174, 1138, 1119, 1176, 1135],
  elected: [1217, 1187, 1234, 1244, 1209, 1260, 1218, 1193, 1241, 1204],
  selected: [1293, 1250, 1335, 1328, 1286, 1336, 1290, 1251, 1293, 1281],
  promoted: [2176, 2195, 2149, 2217, 2233, 2238, 2174, 2198, 2241, 2193],
  switched: [2304, 2257, 2202, 2315, 2298, 2320, 2230, 2248, 2329, 2252],
  firstWrite: [2180, 2201, 2159, 2224, 2242, 2268, 2175, 2204, 2245, 2212],
} as const;

/** Acknowledged writes lost, by writes per second, behind a link of 50 ms one way. */
export const lostBehindDelay = {
  /** The primary and everything in flight die at once. */
  host: {
    200: [10, 10, 10, 11, 10, 10, 10, 10],
    1000: [51, 50, 47, 50, 50, 50, 51, 51],
    4000: [193, 200, 202, 207, 196, 200, 203, 202],
  },
  /** Only the process dies: what the kernel was handed arrives. 15 times at the same rates. */
  process: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
} as const;

/** Backlog of 64 KiB, entries of 138 B: bytes that a replica missed, and in how many of 4 runs it resumed partially. */
export const resynchronised: readonly { readonly missing: number; readonly partial: number }[] = [
  { missing: 32_706, partial: 4 },
  { missing: 58_926, partial: 4 },
  { missing: 63_618, partial: 4 },
  { missing: 64_860, partial: 4 },
  { missing: 65_550, partial: 4 },
  { missing: 66_240, partial: 4 },
  { missing: 66_792, partial: 4 },
  { missing: 67_482, partial: 4 },
  { missing: 68_862, partial: 4 },
  { missing: 70_794, partial: 3 },
  { missing: 73_416, partial: 3 },
  { missing: 78_660, partial: 1 },
  { missing: 85_146, partial: 0 },
  { missing: 98_256, partial: 0 },
];

/** Full synchronisation of 48,828 items of 1 KiB, ms from REPLICAOF to link up. Bandwidth in bytes per second. */
export const fullSync: readonly {
  readonly bandwidth: number;
  readonly delaySeconds: 0 | 5;
  readonly ms: readonly number[];
}[] = [
  { bandwidth: 25e6, delaySeconds: 0, ms: [2193, 2199, 2217] },
  { bandwidth: 50e6, delaySeconds: 0, ms: [1242, 1176, 1192] },
  { bandwidth: 100e6, delaySeconds: 0, ms: [704, 711, 701] },
  { bandwidth: Number.POSITIVE_INFINITY, delaySeconds: 0, ms: [613, 641, 507] },
  { bandwidth: 100e6, delaySeconds: 5, ms: [5256, 5309, 5297] },
  { bandwidth: Number.POSITIVE_INFINITY, delaySeconds: 5, ms: [6061, 6079, 5250] },
];

/** From "Loading RDB" to "Done loading" in these runs, 48,828 items of 1 KiB, ms. */
export const snapshotLoad = {
  keys: 48_828,
  ms: [136, 151, 151, 189, 126, 143, 151, 145, 150, 114, 163, 169, 190, 152, 160, 123, 179, 200],
} as const;

/** After a full synchronisation the stream began at once, or about a second later. */
export const streamStart = { runs: 12, stalled: 8 } as const;

/** Median of SET and WAIT 1, by one-way delay of the link, ms. 40 times each. */
export const waitLatency: readonly { readonly oneWayMs: number; readonly ms: number }[] = [
  { oneWayMs: 5, ms: 11.588 },
  { oneWayMs: 50, ms: 101.927 },
];

/**
 * MEMORY USAGE of one key of redis-server 7.0.15, which takes a hash table's entry for 24 B, where the allocator gives 32, and
 * leaves out the entry's bucket. A hash's fields and values are as long as `elementBytes`, about: f0 and value0, field0 and
 * value0; list item0, sorted sets m0 and member0, sets m0 and member0.
 */
export const memoryPerCollection: readonly {
  readonly type: "hash" | "list" | "set" | "sorted-set";
  readonly elements: number;
  readonly elementBytes: number;
  readonly bytes: number;
}[] = [
  { type: "hash", elements: 5, elementBytes: 4, bytes: 128 },
  { type: "hash", elements: 1000, elementBytes: 8, bytes: 64_136 },
  { type: "list", elements: 1000, elementBytes: 7, bytes: 9128 },
  { type: "set", elements: 100, elementBytes: 3, bytes: 4840 },
  { type: "set", elements: 1000, elementBytes: 9, bytes: 48_296 },
  { type: "sorted-set", elements: 100, elementBytes: 3, bytes: 816 },
  { type: "sorted-set", elements: 1000, elementBytes: 9, bytes: 101_864 },
];

/** used_memory per string item, key of 11 B. Sizes in bytes. */
export const memoryPerItem: readonly {
  readonly valueBytes: number;
  readonly ttl: boolean;
  readonly bytes: number;
}[] = [
  { valueBytes: 3, ttl: false, bytes: 90.8 },
  { valueBytes: 3, ttl: true, bytes: 133 },
  { valueBytes: 44, ttl: false, bytes: 122.5 },
  { valueBytes: 44, ttl: true, bytes: 165 },
  { valueBytes: 45, ttl: false, bytes: 138.5 },
  { valueBytes: 100, ttl: false, bytes: 186.5 },
  { valueBytes: 100, ttl: true, bytes: 229 },
  { valueBytes: 512, ttl: false, bytes: 714.5 },
  { valueBytes: 1024, ttl: false, bytes: 1354.5 },
  { valueBytes: 10_240, ttl: false, bytes: 12_365.1 },
];

/** A measured run of get-or-set. */
export interface EvictionRun {
  readonly policy: "allkeys-lru" | "allkeys-lfu" | "allkeys-random" | "volatile-ttl";
  readonly maxmemoryBytes: number;
  readonly accessesPerSecond: number;
  readonly emptyBytes: number;
  readonly hitRatio: number;
}

/**
 * Get-or-set of a million keys by Zipf 0.9, key of 11 B, value of 100 B, maxmemory-samples 5: hit ratio of the last 500,000
 * of 1,500,000 accesses. The trace is reproducible: see `trace.ts`.
 */
export const hitRatios: readonly EvictionRun[] = [
  {
    policy: "allkeys-lru",
    maxmemoryBytes: 10_485_760,
    accessesPerSecond: 151_154,
    emptyBytes: 939_560,
    hitRatio: 0.541,
  },
  {
    policy: "allkeys-lfu",
    maxmemoryBytes: 10_485_760,
    accessesPerSecond: 177_451,
    emptyBytes: 939_688,
    hitRatio: 0.6109,
  },
  {
    policy: "volatile-ttl",
    maxmemoryBytes: 10_485_760,
    accessesPerSecond: 156_421,
    emptyBytes: 939_560,
    hitRatio: 0.495,
  },
  {
    policy: "allkeys-random",
    maxmemoryBytes: 10_485_760,
    accessesPerSecond: 135_236,
    emptyBytes: 939_688,
    hitRatio: 0.5168,
  },
  {
    policy: "allkeys-lru",
    maxmemoryBytes: 20_971_520,
    accessesPerSecond: 139_640,
    emptyBytes: 939_528,
    hitRatio: 0.6427,
  },
  {
    policy: "allkeys-lfu",
    maxmemoryBytes: 20_971_520,
    accessesPerSecond: 195_442,
    emptyBytes: 939_624,
    hitRatio: 0.68,
  },
  {
    policy: "allkeys-lru",
    maxmemoryBytes: 41_943_040,
    accessesPerSecond: 217_364,
    emptyBytes: 939_560,
    hitRatio: 0.7426,
  },
  {
    policy: "allkeys-lfu",
    maxmemoryBytes: 41_943_040,
    accessesPerSecond: 179_936,
    emptyBytes: 939_560,
    hitRatio: 0.7548,
  },
  {
    policy: "volatile-ttl",
    maxmemoryBytes: 41_943_040,
    accessesPerSecond: 171_004,
    emptyBytes: 939_688,
    hitRatio: 0.6781,
  },
  {
    policy: "allkeys-random",
    maxmemoryBytes: 41_943_040,
    accessesPerSecond: 156_363,
    emptyBytes: 939_560,
    hitRatio: 0.7124,
  },
  {
    policy: "allkeys-lru",
    maxmemoryBytes: 20_971_520,
    accessesPerSecond: 12_000,
    emptyBytes: 939_688,
    hitRatio: 0.6436,
  },
  {
    policy: "allkeys-lfu",
    maxmemoryBytes: 20_971_520,
    accessesPerSecond: 12_000,
    emptyBytes: 939_560,
    hitRatio: 0.6706,
  },
];
