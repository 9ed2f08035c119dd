/** `--set path=value`: changes of the parsed scenario, before it is validated. */
import { parse } from "yaml";
import type { Path } from "./source.ts";

export type SetResult =
  | { readonly path: Path }
  | { readonly found: string; readonly expected: string };

const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

/** Applies one `--set` to the data; says where, or what is wrong with it. */
export function applySet(data: Record<string, unknown>, set: string): SetResult {
  const equals = set.indexOf("=");
  const expected = 'path=value, such as "caches.cart.numNodeGroups=2" or "method[0].at=3m"';
  if (equals <= 0) return { found: `--set "${set}" has no "="`, expected };
  const path = parsePath(set.slice(0, equals));
  if (path === null) return { found: `--set "${set}" has no readable path`, expected };
  let value: unknown;
  try {
    // Not "silent", which would take what is broken as far as it goes.
    value = parse(set.slice(equals + 1), { logLevel: "error" });
  } catch {
    return { found: `--set "${set}" has no readable value`, expected: "a YAML value after the =" };
  }
  let holder: unknown = data;
  for (const [i, part] of path.slice(0, -1).entries()) {
    let next = read(holder, part);
    if (
      next === undefined &&
      typeof path[i + 1] === "string" &&
      isObject(holder) &&
      !Array.isArray(holder)
    ) {
      next = {};
      (holder as Record<string, unknown>)[String(part)] = next;
    }
    if (!isObject(next))
      return {
        found: `--set "${set}" leads nowhere: ${path.slice(0, i + 1).join(".")} holds nothing to set in`,
        expected: "a path of the scenario",
      };
    holder = next;
  }
  const last = path[path.length - 1] as string | number;
  if (Array.isArray(holder)) {
    if (typeof last !== "number" || last > holder.length)
      return {
        found: `--set "${set}" names an entry that is not there`,
        expected: `an index from 0 to ${holder.length}`,
      };
    holder[last] = value;
  } else (holder as Record<string, unknown>)[String(last)] = value;
  return { path };
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;

function read(holder: unknown, part: string | number): unknown {
  if (Array.isArray(holder)) return typeof part === "number" ? holder[part] : undefined;
  return isObject(holder) && Object.hasOwn(holder as object, String(part))
    ? (holder as Record<string, unknown>)[String(part)]
    : undefined;
}

function parsePath(text: string): Path | null {
  const path: (string | number)[] = [];
  for (const piece of text.trim().split(".")) {
    const match = /^([A-Za-z0-9_-]+)((?:\[\d{1,6}\])*)$/.exec(piece);
    if (match === null || FORBIDDEN.has(match[1] as string)) return null;
    path.push(match[1] as string);
    for (const index of (match[2] as string).matchAll(/\d+/g)) path.push(Number(index[0]));
  }
  return path;
}
