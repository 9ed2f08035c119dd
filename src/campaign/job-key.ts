import { hash32 } from "../base/hash.ts";
import { canonicalJson } from "./plain-json.ts";

const LANES = ["a", "b", "c", "d"] as const;

/**
 * Names a job by its content: what decides its answer, and nothing else (no number, no place in the campaign), so that
 * a job asked for twice is run once.
 *
 * @returns 128 bits as 32 hexadecimal digits: four hashes of the text behind four different letters
 * @throws InvariantError where the content is not plain JSON
 */
export function jobKey(content: unknown): string {
  const text = canonicalJson(content);
  return LANES.map((lane) => hex32(hash32(lane + text))).join("");
}

/** An unsigned 32-bit integer as 8 hexadecimal digits. */
export const hex32 = (value: number): string => value.toString(16).padStart(8, "0");
