/** `result.json`: stable text, long lists of figures on one line each. */
import type { Result } from "../run/result.ts";

export function resultJson(result: Result): string {
  return `${write(result, 0)}\n`;
}

function write(value: unknown, depth: number): string {
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item !== "object" || item === null))
      return JSON.stringify(value);
    const inner = "  ".repeat(depth + 1);
    return `[\n${value.map((item) => `${inner}${write(item, depth + 1)}`).join(",\n")}\n${"  ".repeat(depth)}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, of]) => of !== undefined);
  const flat = entries.every(([, of]) => typeof of !== "object" || of === null);
  if (entries.length === 0) return "{}";
  if (flat && depth > 1) return JSON.stringify(value);
  const inner = "  ".repeat(depth + 1);
  const lines = entries.map(
    ([name, of]) => `${inner}${JSON.stringify(name)}: ${write(of, depth + 1)}`,
  );
  return `{\n${lines.join(",\n")}\n${"  ".repeat(depth)}}`;
}
