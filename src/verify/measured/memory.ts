/** Memory per item against measured ones. */
import { itemBytes } from "../../model/engine/redis/memory.ts";
import type { VerifyRow } from "../row.ts";
import { memoryPerItem } from "./figures.ts";
import { memoryPerItemElsewhere } from "./figures-of-settings.ts";
import { judgeRatio } from "./judge.ts";

const KEY_BYTES = 11;

/** @param overhead - by how much the bytes beside key and value are taken too large; a test changes it */
export function itemRows(overhead = 1): VerifyRow[] {
  return [...memoryPerItem, ...memoryPerItemElsewhere].map(({ valueBytes, ttl, bytes }) => {
    const modelled = itemBytes({ keyBytes: KEY_BYTES, valueBytes, hasTtl: ttl });
    const beside = modelled - KEY_BYTES - valueBytes;
    return judgeRatio(
      `memory of an item with ${valueBytes} B${ttl ? " and a TTL" : ""}`,
      "string, key of 11 B",
      modelled + (overhead - 1) * beside,
      bytes,
      "B",
    );
  });
}
