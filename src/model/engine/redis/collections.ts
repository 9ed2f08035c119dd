/**
 * Values that have elements: hashes, lists, sets and sorted sets. Their memory, what frees them, what they are on the wire.
 *
 * Models: compact encodings (listpack) up to their limits, else hash table, skip list, or a list's nodes of 8 KiB; table
 * sizes as powers of two, and the table before while insertions have not moved all of it; jemalloc's size classes, the
 * mean height of a skip list's nodes; free effort.
 * Leaves out: integers (intset, shared objects), tables that stay large after deletions, elements of different sizes in
 * one value.
 * A value was filled element by element.
 * Source: redis 7.0.15 t_hash.c, t_zset.c, quicklist.c, listpack.c, lazyfree.c, config.c (hash-max-listpack-entries 512,
 * zset-max-listpack-entries 128, both with -value 64, list-max-listpack-size -2); valkey 8.0.1 alike, but for small sets
 * (set-max-listpack-entries 128, -value 64). Held to redis-server 7.0.15 by `verify`.
 */
import { allocatedBytes, DICT_ENTRY_BYTES, OBJECT_BYTES, sdsBytes } from "./memory.ts";
import { bulkBytes, ttlStreamBytes } from "./resp.ts";

export const collectionTypes = ["hash", "list", "set", "sorted-set"] as const;
export type CollectionType = (typeof collectionTypes)[number];

/** What all values of a key range have in common. */
export interface Collection {
  readonly type: CollectionType;
  /** Of an element's text; a hash has a field and a value of that size for each element. */
  readonly elementBytes: number;
  /** Small sets are listpacks: Redis from 7.2 on, and Valkey. */
  readonly compactSets: boolean;
}

const ENTRIES_MAX: Readonly<Record<CollectionType, number>> = {
  hash: 512,
  list: 0,
  set: 128,
  "sorted-set": 128,
};
const COMPACT_TEXT_BYTES_MAX = 64;
const LISTPACK_ENDS_BYTES = 7;
const QUICKLIST_NODE_LISTPACK_BYTES = 8192;
const QUICKLIST_NODE_BYTES = 32;
const QUICKLIST_BYTES = 48;
const DICT_BYTES = 64; // 56, rounded up by the allocator
const POINTER_BYTES = 8;
/** zset, zskiplist and its header node of 32 levels. */
const SKIPLIST_BYTES = 16 + 32 + 640;
/** A node of one level takes 40 bytes, and 16 for each more, whose chance is a quarter of the one before. */
const SKIPLIST_NODE_BYTES_MEAN = 48 + 16 / 3;
/** A score in a listpack, as an integer below 128. */
const SCORE_BYTES = 2;
/** More allocations than this are freed by the background thread, where lazy freeing is on (lazyfree.c). */
export const LAZYFREE_THRESHOLD = 64;

/** Texts that an element is made of. */
const textsOf = (type: CollectionType): number => (type === "hash" ? 2 : 1);

/** Payload of one element, bytes. */
export const payloadBytes = ({ type, elementBytes }: Collection): number =>
  textsOf(type) * elementBytes;

function listpackEntryBytes(text: number): number {
  const header = text < 64 ? 1 : text < 4096 ? 2 : 5;
  const entry = header + text;
  return entry + (entry < 128 ? 1 : entry < 16_384 ? 2 : 3);
}

function isCompact({ type, elementBytes, compactSets }: Collection, elements: number): boolean {
  if (type === "set" && !compactSets) return false;
  return elements <= ENTRIES_MAX[type] && elementBytes <= COMPACT_TEXT_BYTES_MAX;
}

function nodeElements({ elementBytes }: Collection): number {
  const room = QUICKLIST_NODE_LISTPACK_BYTES - LISTPACK_ENDS_BYTES;
  return Math.max(1, Math.floor(room / listpackEntryBytes(elementBytes)));
}

/** Share of a table's buckets that hold something when it is full: 1 - 1/e. */
const FILLED_BUCKETS = 0.632;

/**
 * Buckets of a hash table of so many entries: a power of two, at least 4, and those of the table before it, which goes when
 * each insertion has moved one filled bucket of it (dict.c, dictRehash).
 */
function tableBuckets(entries: number): number {
  let size = 4;
  while (size < entries) size *= 2;
  const before = size / 2;
  const isRehashed = size === 4 || entries - before >= FILLED_BUCKETS * before;
  return isRehashed ? size : size + before;
}

/** Memory of a value with its object header, bytes. */
export function collectionBytes(of: Collection, elements: number): number {
  const { type, elementBytes } = of;
  if (isCompact(of, elements)) {
    const score = type === "sorted-set" ? SCORE_BYTES : 0;
    const element = textsOf(type) * listpackEntryBytes(elementBytes) + score;
    return OBJECT_BYTES + allocatedBytes(LISTPACK_ENDS_BYTES + elements * element);
  }
  if (type === "list") {
    const each = nodeElements(of);
    const entry = listpackEntryBytes(elementBytes);
    const rest = elements % each;
    const full = Math.floor(elements / each);
    const listpack = (n: number): number => allocatedBytes(LISTPACK_ENDS_BYTES + n * entry);
    const nodes = full * (listpack(each) + QUICKLIST_NODE_BYTES);
    const last = rest === 0 ? 0 : listpack(rest) + QUICKLIST_NODE_BYTES;
    return OBJECT_BYTES + QUICKLIST_BYTES + nodes + last;
  }
  const table = DICT_BYTES + tableBuckets(elements) * POINTER_BYTES;
  const texts = textsOf(type) * sdsBytes(elementBytes);
  const ranked = type === "sorted-set";
  const element = DICT_ENTRY_BYTES + texts + (ranked ? SKIPLIST_NODE_BYTES_MEAN : 0);
  const value = OBJECT_BYTES + table + (ranked ? SKIPLIST_BYTES : 0) + elements * element;
  return Math.round(value);
}

/** Entries of hash tables in a value. */
export const tableEntries = (of: Collection, elements: number): number =>
  of.type === "list" || isCompact(of, elements) ? 0 : elements;

/** What freeing a value takes, in allocations: lazyfreeGetFreeEffort. */
export function freeEffort(of: Collection, elements: number): number {
  if (of.type === "list") return Math.ceil(elements / nodeElements(of));
  return isCompact(of, elements) ? 1 : elements;
}

/** MULTI, EXEC, and DEL of the key: a write replaces the whole value. */
const transactionBytes = (keyBytes: number): number =>
  4 + bulkBytes(5) + (4 + bulkBytes(4)) + (4 + bulkBytes(3) + bulkBytes(keyBytes));

/** Bytes that replacing a value adds to the replication stream: HSET, RPUSH, SADD or ZADD of all elements. */
export function replaceStreamBytes(
  of: Collection,
  keyBytes: number,
  elements: number,
  hasTtl: boolean,
): number {
  const score = of.type === "sorted-set" ? bulkBytes(3) : 0;
  const element = textsOf(of.type) * bulkBytes(of.elementBytes) + score;
  const command = 4 + bulkBytes(4) + bulkBytes(keyBytes) + elements * element;
  return transactionBytes(keyBytes) + command + (hasTtl ? ttlStreamBytes : 0);
}
