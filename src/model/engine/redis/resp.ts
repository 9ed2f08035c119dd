/**
 * How many bytes commands and replies take in RESP2, the protocol that clients and replicas speak.
 *
 * Models: GET, SET with and without a time to live, DEL, the question for the map of a cluster, replies of a value, of
 * none and of a status.
 * Leaves out: the texts of errors and the map of a cluster, which count as a status; a collection's elements, which count
 * as one text; headers of TCP and IP.
 */

/** Decimal digits of a whole number, from 0; by comparing, for it is asked for every write. */
function digits(n: number): number {
  let count = 1;
  for (let bound = 10; n >= bound; bound *= 10) count++;
  return count;
}

/** `*3` and its end of line: an array of fewer than ten elements. */
const ARRAY_BYTES = 4;
/** `+OK`, or `$-1` for a key that is not there, and the end of line. */
export const STATUS_BYTES = 5;
/** PING to replicas is part of the stream. */
export const PING_STREAM_BYTES = 14;

/** One bulk string. */
export const bulkBytes = (length: number): number => 1 + digits(length) + 2 + length + 2;

/** `PXAT` and 13 digits of Unix milliseconds: how a TTL travels in the stream. */
export const ttlStreamBytes = bulkBytes(4) + bulkBytes(13);

/**
 * Bytes a SET adds to the replication stream.
 * Source: valkey 8.0.1: 138 B for a 10 B key and a 100 B value without TTL.
 */
export function setStreamBytes(keyBytes: number, valueBytes: number, hasTtl: boolean): number {
  const ttl = hasTtl ? ttlStreamBytes : 0;
  return ARRAY_BYTES + bulkBytes(3) + bulkBytes(keyBytes) + bulkBytes(valueBytes) + ttl;
}

/** Bytes of a DEL, also in the replication stream. */
export function delStreamBytes(keyBytes: number): number {
  return ARRAY_BYTES + bulkBytes(3) + bulkBytes(keyBytes);
}

/** Bytes of a GET. */
export function getBytes(keyBytes: number): number {
  return ARRAY_BYTES + bulkBytes(3) + bulkBytes(keyBytes);
}

/** Bytes of a SET as a client sends it. @param ttlMs - after `PX`; 0 for none */
export function setBytes(keyBytes: number, valueBytes: number, ttlMs: number): number {
  const ttl = ttlMs === 0 ? 0 : bulkBytes(2) + bulkBytes(digits(ttlMs));
  return ARRAY_BYTES + bulkBytes(3) + bulkBytes(keyBytes) + bulkBytes(valueBytes) + ttl;
}

/** CLUSTER SLOTS, and in place of the shorter words with which a connection is set up. */
export const MAP_REQUEST_BYTES = ARRAY_BYTES + bulkBytes(7) + bulkBytes(5);
