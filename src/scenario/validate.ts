/** Validates words against the schema; each thing wrong becomes one finding. */
import type { ErrorObject, ValidateFunction } from "ajv";
import { quantities } from "../base/json-schema.ts";
import { nearestWord } from "../base/nearest-word.ts";
import type { Finding } from "../model/kinds/contract.ts";
import { validate as generated } from "./scenario-validator.gen.ts";

const validate = generated as unknown as ValidateFunction;

/** What is wrong beyond this many errors of the validator is found when these are mended. */
const ERRORS_MAX = 300;

/** A finding whose place is a key rather than a value. */
export interface SchemaFinding extends Finding {
  readonly at: "key" | "value";
}

/** What the schema finds wrong, one finding for each place. */
export function validateWords(data: unknown): SchemaFinding[] {
  if (validate(data)) return [];
  const found = (validate.errors as ErrorObject[]).slice(0, ERRORS_MAX);
  const errors = found.filter(
    (error) => error.keyword !== "if" && !isNoise(error, found) && !isMisspelt(error, found),
  );
  const findings: SchemaFinding[] = [];
  const seen = new Set<string>();
  for (const error of errors) {
    const finding = describe(error, data);
    const place = JSON.stringify([
      finding.path,
      finding.at,
      error.keyword === "required" ? finding.found : "",
    ]);
    if (seen.has(place)) continue;
    seen.add(place);
    findings.push(finding);
  }
  return findings;
}

/** What an alternative of a union knows. */
interface Alternative {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

/** Words of a map. Indices of a list or a text are nobody's words, and may be a million. */
const wordsOf = (data: unknown): string[] =>
  typeof data === "object" && data !== null && !Array.isArray(data) ? Object.keys(data) : [];

/** Where a map fits no alternative: the place of errors of the only one that knows any of its words. */
function meantAlternative({ data, schema, schemaPath }: ErrorObject): string | undefined {
  const words = wordsOf(data);
  const known = (schema as readonly Alternative[]).flatMap(({ properties = {} }, i) =>
    words.some((word) => Object.hasOwn(properties, word)) ? [i] : [],
  );
  return known.length === 1 ? `${schemaPath}/${known[0]}/` : undefined;
}

/**
 * Errors inside a union say what each alternative lacks; the union's own error says it better, unless only one can be
 * meant.
 */
function isNoise(error: ErrorObject, all: readonly ErrorObject[]): boolean {
  // The pattern that the name breaks says more.
  if (error.keyword === "propertyNames") return true;
  if (error.keyword === "anyOf" && meantAlternative(error) !== undefined) return true;
  if (error.keyword === "pattern" && schemaOf(error).format !== undefined) return true;
  return all.some(
    (other) =>
      other.keyword === "anyOf" &&
      error.schemaPath.startsWith(`${other.schemaPath}/`) &&
      error.instancePath.startsWith(other.instancePath) &&
      !error.schemaPath.startsWith(meantAlternative(other) ?? "?"),
  );
}

/** A word that is lacking because it stands there misspelt, which is said by itself. */
function isMisspelt(error: ErrorObject, all: readonly ErrorObject[]): boolean {
  if (error.keyword !== "required") return false;
  const missing = String(error.params["missingProperty"]);
  return all.some(
    (other) =>
      other.keyword === "additionalProperties" &&
      other.instancePath === error.instancePath &&
      meantWord(String(other.params["additionalProperty"]), [missing]) !== undefined,
  );
}

/** What others call a thing for which ElastiCache, or this project, has another name. */
const ALSO_CALLED = new Map<string, readonly string[]>(
  Object.entries({
    shards: ["numNodeGroups"],
    numShards: ["numNodeGroups"],
    replicas: ["replicasPerNodeGroup", "numCacheClusters"],
    replicasPerShard: ["replicasPerNodeGroup"],
    nodes: ["numCacheClusters"],
    instanceType: ["cacheNodeType"],
    nodeType: ["cacheNodeType"],
    version: ["engineVersion"],
    tls: ["transitEncryptionEnabled"],
    auth: ["authToken"],
    timeout: ["commandTimeout"],
    retries: ["retry"],
    rps: ["rate"],
    qps: ["rate"],
    size: ["valueSize"],
    distribution: ["popularity"],
    latency: ["latencyP99"],
    faults: ["method"],
    steps: ["method"],
    expectations: ["expect"],
    name: ["scenario"],
  }),
);

/** The known word that is nearest, or that means the same. */
function meantWord(word: string, known: readonly string[]): string | undefined {
  const same = ALSO_CALLED.get(word)?.find((name) => known.includes(name));
  return same ?? nearestWord(word, known);
}

/** What our schema has to say where it finds something wrong. The validator is verbose: it always tells. */
interface SaidBySchema {
  readonly expected?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, { readonly description?: string }>>;
  readonly type?: unknown;
  readonly enum?: readonly unknown[];
}

const schemaOf = ({ parentSchema }: ErrorObject): SaidBySchema => parentSchema as SaidBySchema;

/** A word of a map that no alternative of a union knows, and the nearest that one does. */
function unknownInUnion({ data, schema }: ErrorObject): readonly [string, string] | undefined {
  const alternatives = schema as readonly Alternative[];
  const known = alternatives.flatMap(({ properties = {}, required = [] }) => [
    ...Object.keys(properties),
    ...required,
  ]);
  for (const word of wordsOf(data)) {
    const near = known.includes(word) ? undefined : nearestWord(word, known);
    if (near !== undefined) return [word, near];
  }
  return undefined;
}

function describe(error: ErrorObject, data: unknown): SchemaFinding {
  const path = pointerToPath(error.instancePath, data);
  const schema = schemaOf(error);
  const value = { path, at: "value" as const, found: `is ${show(error.data)}` };
  switch (error.keyword) {
    case "additionalProperties": {
      const word = String(error.params["additionalProperty"]);
      const known = Object.keys(schema.properties ?? {});
      const near = meantWord(word, known);
      return {
        path: [...path, word],
        at: "key",
        found: "is an unknown word",
        expected: `${near === undefined ? "one of" : `"${near}"? Known words are`} ${known.join(", ")}`,
      };
    }
    case "required":
      return {
        path,
        at: "value",
        found: `lacks "${error.params["missingProperty"]}"`,
        expected: describeMissing(schema, String(error.params["missingProperty"])),
      };
    case "enum": {
      const known = (schema.enum as readonly unknown[]).map(String);
      const near = nearestWord(String(error.data), known);
      return {
        ...value,
        expected: `one of ${known.join(", ")}${near === undefined ? "" : `; did you mean "${near}"?`}${later(String(error.data))}`,
      };
    }
    case "format":
      return { ...value, expected: schema.expected ?? expectedOfFormat(schema, error.data) };
    case "type":
      return { ...value, expected: schema.expected ?? expectedType(schema) };
    case "minimum":
    case "exclusiveMinimum":
      return {
        ...value,
        expected: `${error.keyword === "minimum" ? "at least" : "more than"} ${error.params["limit"]}`,
      };
    case "maximum":
      return { ...value, expected: `at most ${error.params["limit"]}` };
    case "minItems":
    case "minProperties":
      return { ...value, found: "is empty", expected: "at least one entry" };
    case "maxProperties":
      if (error.params["limit"] !== 1)
        return {
          ...value,
          found: `has ${Object.keys(error.data as object).length} entries`,
          expected: `at most ${error.params["limit"]}`,
        };
      return {
        ...value,
        found: `has the words ${Object.keys(error.data as object).join(", ")}`,
        expected: "one of them in each entry",
      };
    case "maxItems":
      return {
        ...value,
        found: `has ${(error.data as unknown[]).length} entries`,
        expected: `at most ${error.params["limit"]}`,
      };
    case "anyOf": {
      const expected = schema.expected as string;
      const [word, near] = unknownInUnion(error) ?? [];
      return word === undefined
        ? { ...value, expected }
        : {
            path: [...path, word],
            at: "key",
            found: "is an unknown word",
            expected: `"${near}"? What fits is ${expected}`,
          };
    }
    case "uniqueItems": {
      const item = (error.data as unknown[])[Number(error.params["j"])];
      return { ...value, found: `has ${show(item)} twice`, expected: "each once" };
    }
    default: {
      const expected = schema.expected ?? "another value";
      return error.propertyName === undefined
        ? { ...value, expected }
        : {
            path: [...path, error.propertyName],
            at: "key",
            found: "is no name that can be given here",
            expected,
          };
    }
  }
}

/** Kinds that a user may know of and that are not modelled. */
const later = (word: string): string =>
  ["cache-cluster", "serverless-cache"].includes(word)
    ? ": this version models no other kind yet"
    : "";

function describeMissing({ properties }: SaidBySchema, word: string): string {
  const description = properties?.[word]?.description;
  return description === undefined ? `"${word}:" here` : `"${word}:" here (${description})`;
}

function expectedFormat(format: string): string {
  if (format === "duration-range") return quantities.backoff.expected;
  if (format === "size-range") return 'a range of sizes, such as "1KB..4KB"';
  if (format === "duration-or-never") return `never, or ${quantities.duration.expected}`;
  return quantities[format as keyof typeof quantities].expected;
}

/** A quantity that is written as it should be is beyond what can be counted. */
function expectedOfFormat(schema: SaidBySchema, data: unknown): string {
  const { format } = schema;
  const quantity = quantities[format as keyof typeof quantities];
  if (quantity === undefined || !new RegExp(quantity.pattern).test(String(data)))
    return expectedType(schema);
  return format === "duration" ? "a duration below 104 days" : `${quantity.expected}; less of it`;
}

function expectedType({ enum: choices, format, type }: SaidBySchema): string {
  if (choices !== undefined) return `one of ${choices.join(", ")}`;
  return format === undefined ? typeName(type) : expectedFormat(format);
}

const typeName = (type: unknown): string => {
  const names: Readonly<Record<string, string>> = {
    object: "a map",
    array: "a list",
    string: "text",
    integer: "a whole number",
    number: "a number",
    boolean: "true or false",
  };
  return (Array.isArray(type) ? type : [type])
    .map((one) => names[String(one)] ?? String(one))
    .join(" or ");
};

/** A value as one short line of printable text. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "a map";
  const text = String(value).replace(
    /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    "?",
  );
  const short = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  return typeof value === "string" ? `"${short}"` : short;
}

function pointerToPath(pointer: string, data: unknown): (string | number)[] {
  const path: (string | number)[] = [];
  let at = data;
  for (const piece of pointer.split("/").slice(1)) {
    const key = piece.replace(/~1/g, "/").replace(/~0/g, "~");
    path.push(Array.isArray(at) ? Number(key) : key);
    at = (at as Record<string, unknown>)[key];
  }
  return path;
}
