/**
 * Lines of a log that tell whether they are whole: JSON objects whose first member is a hash of all that follows it.
 * `{"check":"9ae16a3b","key":...}`: a line that was written in part, or changed, does not match its own hash.
 */
import { hash32 } from "../../base/hash.ts";
import { hex32 } from "../job-key.ts";

const OPENING = '{"check":"';
const CHECK_END = OPENING.length + 8;
const BODY_START = CHECK_END + '",'.length;

/**
 * @param members - the members of a JSON object, without its braces; at least one, and no line break
 * @returns a line without its line break
 */
export function checkedLine(members: string): string {
  return `${OPENING}${hex32(hash32(members))}",${members}}`;
}

/** Whether a text can be the beginning of such a line. */
export const beginsCheckedLine = (text: string): boolean =>
  text.startsWith(OPENING) || OPENING.startsWith(text);

/** What a line holds, `check` aside; null where it is not whole. */
export function readCheckedLine(line: string): Readonly<Record<string, unknown>> | null {
  if (!line.startsWith(OPENING) || !line.endsWith("}")) return null;
  const members = line.slice(BODY_START, -1);
  if (line.slice(OPENING.length, BODY_START) !== `${hex32(hash32(members))}",`) return null;
  try {
    return JSON.parse(`{${members}}`) as Readonly<Record<string, unknown>>;
  } catch {
    // One damaged line in four thousand million has the right hash.
    return null;
  }
}
