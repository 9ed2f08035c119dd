import { readSync } from "node:fs";

const CHUNK_BYTES = 1 << 20;
const LINE_FEED = 0x0a;

/**
 * Reads a file line by line, from its start, in chunks: it may be larger than the longest text that a process can hold.
 *
 * @param onLine - called with each line that ends in a line feed, without it
 * @returns bytes up to and with the last line feed, and the text that follows it
 */
export function readLines(
  file: number,
  onLine: (line: string) => void,
): { readonly wholeBytes: number; readonly torn: string } {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  const begun: Buffer[] = [];
  let position = 0;
  let wholeBytes = 0;
  for (;;) {
    const bytes = readSync(file, chunk, 0, CHUNK_BYTES, position);
    if (bytes === 0) return { wholeBytes, torn: Buffer.concat(begun).toString("utf8") };
    let from = 0;
    for (;;) {
      const end = chunk.subarray(0, bytes).indexOf(LINE_FEED, from);
      if (end < 0) break;
      begun.push(Buffer.from(chunk.subarray(from, end)));
      onLine(Buffer.concat(begun.splice(0)).toString("utf8"));
      from = end + 1;
      wholeBytes = position + from;
    }
    begun.push(Buffer.from(chunk.subarray(from, bytes)));
    position += bytes;
  }
}
