/**
 * Bytes that one string item takes in a 64-bit Redis or Valkey with jemalloc.
 *
 * Models: dict entry, key and value as sds, object header, hash buckets at their mean fill, a second entry for a TTL; with
 * cluster mode enabled the two pointers by which the keys of a slot are chained, where the engine has them.
 * Leaves out: fragmentation, the buckets' doubling (a mean is used); in cluster mode the tree of keys by slot of Redis
 * before 7.0 and the table per slot of Valkey 8, neither of which is measured. Values with elements are in
 * `collections.ts`.
 * Source: measured with redis-server 7.0.15: 11 B key and 100 B value take 185.8..187.5 B, with a TTL 232..235 B, and in
 * cluster mode 16 B more.
 */

/** jemalloc's size classes: multiples of 16 up to 128, then four per doubling. */
export function allocatedBytes(bytes: number): number {
  if (bytes <= 8) return 8;
  if (bytes <= 128) return Math.ceil(bytes / 16) * 16;
  let step = 32;
  let limit = 256;
  while (bytes > limit) {
    step *= 2;
    limit *= 2;
  }
  return Math.ceil(bytes / step) * step;
}

/** An sds string: header by length, text, terminating zero. */
export function sdsBytes(length: number): number {
  const header = length < 32 ? 1 : length < 256 ? 3 : length < 65_536 ? 5 : 9;
  return allocatedBytes(header + length + 1);
}

export const DICT_ENTRY_BYTES = 32; // 24, rounded up by the allocator
export const OBJECT_BYTES = 16;
export const BUCKET_BYTES_MEAN = 8 / 0.75; // a table is between half full and full
const EMBEDDED_VALUE_BYTES_MAX = 44;

/** Memory of one string item, bytes. */
export function itemBytes(item: { keyBytes: number; valueBytes: number; hasTtl: boolean }): number {
  const value =
    item.valueBytes <= EMBEDDED_VALUE_BYTES_MAX
      ? allocatedBytes(OBJECT_BYTES + 3 + item.valueBytes + 1)
      : OBJECT_BYTES + sdsBytes(item.valueBytes);
  return Math.round(keyBytesInTable(item.keyBytes, item.hasTtl) + value);
}

/** Memory of a key with its entries in the tables of keys and of expiries, bytes. */
export function keyBytesInTable(keyBytes: number, hasTtl: boolean): number {
  const entry = DICT_ENTRY_BYTES + BUCKET_BYTES_MEAN;
  return entry + sdsBytes(keyBytes) + (hasTtl ? entry : 0);
}

/**
 * What a key's entry takes beside where the keys of a slot are chained through it: 40 bytes instead of 24, each rounded
 * up by the allocator. Source: redis 7.0.15 cluster.h: clusterDictEntryMetadata; measured, 16.2 B.
 */
export const SLOT_CHAIN_BYTES = allocatedBytes(24 + 16) - DICT_ENTRY_BYTES;

/** Memory of an empty server. Source: measured, 0.94 MB. */
const EMPTY_SERVER_BYTES = 940_000;
/** And with cluster mode enabled: its tables of slots. Source: measured, 1.69 MB, with all slots 1.74 MB. */
const EMPTY_CLUSTER_SERVER_BYTES = 1_700_000;

export const emptyServerBytes = (clusterEnabled: boolean): number =>
  clusterEnabled ? EMPTY_CLUSTER_SERVER_BYTES : EMPTY_SERVER_BYTES;

/** Type, and lengths of key and value, of one item in an RDB stream; and its expiry. Source: valkey 8.0.1 rdb.c. */
const RDB_ITEM_BYTES = 4;
const RDB_EXPIRY_BYTES = 9;

/** Bytes of an RDB stream of string items, uncompressed. */
export function snapshotBytes(
  items: number,
  keyBytes: number,
  valueBytesTotal: number,
  itemsWithTtl: number,
): number {
  return items * (keyBytes + RDB_ITEM_BYTES) + valueBytesTotal + itemsWithTtl * RDB_EXPIRY_BYTES;
}
