/**
 * Hash slots.
 *
 * Models: CRC16 (XMODEM) of the key, or of its hash tag, modulo 16384; slots in equal ranges over the shards.
 * Leaves out: ranges that somebody drew by hand.
 * Source: Redis cluster specification; valkey 8.0.1 cluster.c:52-72. Check value: crc16("123456789") = 0x31C3.
 */
export const HASH_SLOTS = 16_384;

const TABLE: Uint16Array = makeTable();

function makeTable(): Uint16Array {
  const table = new Uint16Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
    table[byte] = crc & 0xffff;
  }
  return table;
}

/** CRC16 of ASCII text. */
export function crc16(text: string): number {
  let crc = 0;
  for (let i = 0; i < text.length; i++) {
    crc = ((crc << 8) & 0xffff) ^ (TABLE[((crc >> 8) ^ text.charCodeAt(i)) & 0xff] as number);
  }
  return crc;
}

/** Slot of a key, 0..16383. Only what stands between the first `{` and the next `}` counts, if anything does. */
export function slotOfKey(key: string): number {
  const open = key.indexOf("{");
  const close = open < 0 ? -1 : key.indexOf("}", open + 1);
  return crc16(close > open + 1 ? key.slice(open + 1, close) : key) % HASH_SLOTS;
}

/** The shard (from 0) that owns a slot when `shards` shards share all slots in equal ranges. */
export function shardOfSlot(slot: number, shards: number): number {
  return Math.floor((slot * shards) / HASH_SLOTS);
}
