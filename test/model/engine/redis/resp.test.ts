import { describe, expect, it } from "vitest";
import {
  bulkBytes,
  delStreamBytes,
  getBytes,
  MAP_REQUEST_BYTES,
  STATUS_BYTES,
  setBytes,
  setStreamBytes,
} from "../../../../src/model/engine/redis/resp.ts";

/** A command as RESP2 writes it. */
const command = (...words: string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;

describe("bytes of RESP2", () => {
  // Lengths around the powers of ten, where a digit more is written.
  const lengths = [1, 9, 10, 11, 99, 100, 101, 999, 1000, 1024, 9999, 10_000];

  it("commands are as long as their texts", () => {
    for (const length of lengths) {
      const text = "x".repeat(length);
      expect(bulkBytes(length)).toBe(`$${length}\r\n${text}\r\n`.length);
      expect(getBytes(length)).toBe(command("GET", text).length);
      expect(delStreamBytes(length)).toBe(command("DEL", text).length);
      expect(setBytes(10, length, 0)).toBe(command("SET", "0123456789", text).length);
      expect(setBytes(length, 1, 60_000)).toBe(command("SET", text, "1", "PX", "60000").length);
      expect(setStreamBytes(10, length, true)).toBe(
        command("SET", "0123456789", text, "PXAT", "1764180000000").length,
      );
    }
    expect(bulkBytes(0)).toBe("$0\r\n\r\n".length);
    expect(MAP_REQUEST_BYTES).toBe(command("CLUSTER", "SLOTS").length);
    expect(STATUS_BYTES).toBe("+OK\r\n".length);
  });

  // Measured with redis-server 7.0.15.
  it("a SET in the stream counts as the server counts it", () => {
    expect(setStreamBytes(10, 100, false)).toBe(138);
    expect(setStreamBytes(10, 1024, false)).toBe(1063);
  });
});
