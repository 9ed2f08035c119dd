/**
 * Measures redis-server on this machine, for `src/verify/measured/figures.ts`: `npx tsx scripts/measure/main.ts WHAT`.
 * Times are honest on a machine that does little else; prints JSON.
 */
import { applyRate } from "./apply.ts";
import { killPrimaries, mapOfCluster, pingGaps } from "./cluster.ts";
import { bytesPerItem, hitRatio, wronglyKept } from "./memory.ts";

const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
const [what = "", ...numbers] = process.argv.slice(2);
const given = numbers.map(Number);

const measurements: Readonly<Record<string, () => Promise<void>>> = {
  /** NODE_TIMEOUT_MS SECONDS */
  pings: async () => print(await pingGaps(given[0] ?? 1000, given[1] ?? 40)),
  /** NODE_TIMEOUT_MS TIMES */
  kills: async () => print(await killPrimaries(given[0] ?? 1000, given[1] ?? 20)),
  /** TIMES */
  map: async () => print(await mapOfCluster(given[0] ?? 5000)),
  /** KEYS SAMPLES TIMES */
  kept: async () => {
    for (let i = 0; i < (given[2] ?? 5); i++)
      print(await wronglyKept(given[0] ?? 20_000, given[1] ?? 5));
  },
  /** EXPONENT KEYS MIB SAMPLES */
  hits: async () => {
    const [exponent = 0.9, keys = 200_000, mebibytes = 5, samples = 5] = given;
    for (const policy of ["allkeys-lru", "allkeys-lfu", "volatile-ttl"]) {
      const maxmemoryBytes = mebibytes * 1_048_576;
      const trace = { keys, exponent, policy, maxmemoryBytes, samples };
      print(await hitRatio({ ...trace, warmUp: 320_000, measured: 160_000 }));
    }
  },
  /** VALUE_BYTES... */
  items: async () => {
    for (const bytes of given)
      for (const ttl of [false, true])
        print({ bytes, ttl, perItem: await bytesPerItem(bytes, ttl, false) });
  },
  /** VALUE_BYTES... */
  "cluster-items": async () => {
    for (const bytes of given)
      for (const ttl of [false, true])
        print({ bytes, ttl, perItem: await bytesPerItem(bytes, ttl, true) });
  },
  /** WRITES VALUE_BYTES TIMES */
  applies: async () => {
    for (let i = 0; i < (given[2] ?? 5); i++)
      print(await applyRate(given[0] ?? 200_000, given[1] ?? 100));
  },
};
const measure = measurements[what];
if (measure === undefined) {
  process.stderr.write(`"${what}", expected one of ${Object.keys(measurements).join(", ")}\n`);
  process.exit(64);
}
await measure();
process.exit(0);
