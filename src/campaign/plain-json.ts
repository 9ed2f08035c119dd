import { invariant } from "../base/invariant.ts";

/**
 * The JSON text of a plain value, the same for equal values: members in the order of their names' code units.
 *
 * @throws InvariantError where the value would not come back from its text as it was: undefined, NaN, infinities, -0,
 *   and anything that is no object, array, text, number, boolean or null
 */
export function canonicalJson(value: unknown): string {
  return write(value, true, "");
}

/** The JSON text of a plain value, members in their own order. @throws InvariantError as `canonicalJson` does */
export function plainJson(value: unknown): string {
  return write(value, false, "");
}

function write(value: unknown, sorted: boolean, path: string): string {
  if (value === null || typeof value === "boolean" || typeof value === "string")
    return JSON.stringify(value);
  if (typeof value === "number" && Number.isFinite(value) && !Object.is(value, -0))
    return String(value);
  if (Array.isArray(value))
    return `[${Array.from(value, (item, i) => write(item, sorted, `${path}[${i}]`)).join(",")}]`;
  const plain = typeof value === "object" && isPlain(value as object);
  invariant(plain, "what a campaign keeps is plain JSON", {
    path,
    found: Object.is(value, -0) ? "-0" : String(value),
  });
  const names = Object.keys(value as object);
  if (sorted) names.sort((a, b) => (a < b ? -1 : 1));
  const members = names.map((name) => {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    return `${JSON.stringify(name)}:${write(member, sorted, `${path}.${name}`)}`;
  });
  return `{${members.join(",")}}`;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as unknown;
  return prototype === null || prototype === Object.prototype;
}
