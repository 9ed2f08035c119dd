/** How large the value of a key with elements is. */
import type { CollectionValues } from "./traffic-settings.ts";

/** Payload of a key's value, bytes. @param key - number within the source's keys, from 0 */
export function collectionValueBytes(of: CollectionValues, key: number): number {
  const isBig = of.big !== null && key % of.big.every === of.big.every - 1;
  const elements = isBig && of.big !== null ? of.big.elements : of.elements;
  return elements * of.elementBytes * (of.type === "hash" ? 2 : 1);
}
