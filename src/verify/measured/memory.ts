/** Memory per item against measured ones. */
import { collectionBytes, tableEntries } from "../../model/engine/redis/collections.ts";
import { Keyspace } from "../../model/engine/redis/keyspace.ts";
import {
  emptyServerBytes,
  keyBytesInTable,
  SLOT_CHAIN_BYTES,
  sdsBytes,
} from "../../model/engine/redis/memory.ts";
import type { VerifyRow } from "../row.ts";
import { memoryPerCollection, memoryPerItem } from "./figures.ts";
import {
  emptyServer,
  memoryPerClusterItem,
  memoryPerCollectionElsewhere,
  memoryPerItemElsewhere,
} from "./figures-of-settings.ts";
import { judgeRatio } from "./judge.ts";

const KEY_BYTES = 11;

/** @param overhead - by how much the bytes beside key and value are taken too large; a test changes it */
export function itemRows(overhead: number): VerifyRow[] {
  return [
    ...stringRows([...memoryPerItem, ...memoryPerItemElsewhere], overhead, false),
    ...stringRows(memoryPerClusterItem, overhead, true),
    ...emptyServer.map(({ clusterEnabled, bytes }) =>
      judgeRatio(
        `memory of an empty server${clusterEnabled ? " of a cluster" : ""}`,
        clusterEnabled ? "cluster mode enabled, all slots" : "without keys",
        emptyServerBytes(clusterEnabled),
        bytes,
        "B",
      ),
    ),
    ...usageRows(),
    ...collectionRows(),
  ];
}

function stringRows(
  measured: typeof memoryPerItem,
  overhead: number,
  clusterEnabled: boolean,
): VerifyRow[] {
  return measured.map(({ valueBytes, ttl, bytes }) => {
    const keyspace = new Keyspace(1, KEY_BYTES, null, null, clusterEnabled ? SLOT_CHAIN_BYTES : 0);
    keyspace.set(0, 1, 0, 0, ttl ? 1 : 0, valueBytes, 0);
    const beside = keyspace.usedBytes - KEY_BYTES - valueBytes;
    return judgeRatio(
      `memory of an item ${clusterEnabled ? "of a cluster " : ""}with ${valueBytes} B${ttl ? " and a TTL" : ""}`,
      `string, key of 11 B${clusterEnabled ? ", cluster mode enabled" : ""}`,
      keyspace.usedBytes + (overhead - 1) * beside,
      bytes,
      "B",
    );
  });
}

/** A hash table's entry as MEMORY USAGE counts it. */
const USAGE_ENTRY_BYTES = 24;
const USAGE_ENTRY_LESS = 8;

/** Values with elements, as MEMORY USAGE counts them. */
function usageRows(): VerifyRow[] {
  return memoryPerCollection.map(({ elements, bytes, ...of }) => {
    const collection = { ...of, compactSets: false };
    const allocated = collectionBytes(collection, elements);
    const value = allocated - USAGE_ENTRY_LESS * tableEntries(collection, elements);
    return judgeRatio(
      `MEMORY USAGE of a ${of.type} of ${elements}`,
      `elements of about ${of.elementBytes} B`,
      USAGE_ENTRY_BYTES + sdsBytes(5) + value,
      bytes,
      "B",
    );
  });
}

/** Values with elements, by how much larger a server becomes. */
function collectionRows(): VerifyRow[] {
  return memoryPerCollectionElsewhere.map(({ elements, bytes, ...of }) =>
    judgeRatio(
      `memory of a ${of.type} of ${elements} x ${of.elementBytes} B`,
      "key of 8 B",
      Math.round(
        keyBytesInTable(8, false) + collectionBytes({ ...of, compactSets: false }, elements),
      ),
      bytes,
      "B",
    ),
  );
}
