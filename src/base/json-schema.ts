/** Building blocks of the scenario's JSON Schema (draft-07). Quantities are strings with a format of our own. */

export type JsonSchema = { readonly [keyword: string]: unknown };

/** Formats of quantities: what an error says is expected. The patterns serve editors, which know no formats of ours. */
export const quantities = {
  duration: {
    expected: 'a duration with a unit, such as "5s", "250ms" or "2m"',
    pattern: "^(0|(\\d+(\\.\\d+)?(ns|us|ms|s|m|h|d))+)$",
  },
  size: {
    expected: 'a size with a unit, such as "500B", "1KB" or "2MiB"',
    pattern: "^\\d+(\\.\\d+)?(B|KB|MB|GB|KiB|MiB|GiB)$",
  },
  rate: {
    expected: 'a rate with a unit, such as "4000/s" or "30/min"',
    pattern: "^\\d+(\\.\\d+)?[kM]?/(s|min|h)$",
  },
  percentage: {
    expected: 'a percentage between "0%" and "100%", such as "99.9%"',
    pattern: "^\\d+(\\.\\d+)?%$",
  },
  backoff: {
    expected: 'a range of durations, such as "50ms..2s"',
    pattern: "^[^.]+(\\.\\d+)?[a-z]+\\.\\.[^ ]+$",
  },
} as const;

export type Quantity = keyof typeof quantities;

/** A quantity as text. */
export const quantity = (format: Quantity, description: string): JsonSchema => ({
  type: "string",
  format,
  pattern: quantities[format].pattern,
  description,
});

/** A count: a whole number, or text such as "200k". */
export const count = (description: string, minimum = 1): JsonSchema => ({
  anyOf: [
    { type: "integer", minimum },
    { type: "string", pattern: "^\\d+(\\.\\d+)?[kM]?$" },
  ],
  description,
  expected: `a whole number of at least ${minimum}, such as 500, "200k" or "1M"`,
});

/** An object that knows its words. */
export const object = (
  title: string,
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = [],
  description?: string,
): JsonSchema => ({
  type: "object",
  title,
  ...(description === undefined ? {} : { description }),
  properties,
  required,
  additionalProperties: false,
});

export const oneOfWords = (words: readonly string[], description: string): JsonSchema => ({
  type: "string",
  enum: words,
  description,
});

/** Names that scenarios give: they become keys of the result, so none may look like an integer. */
export const NAME = "^[a-z][a-z0-9-]{0,39}$";

/** A map by name. */
export const mapOf = (item: JsonSchema, description: string): JsonSchema => ({
  type: "object",
  description,
  maxProperties: 100,
  propertyNames: {
    pattern: NAME,
    expected:
      "a name of small letters, digits and dashes that begins with a letter, at most 40 characters",
  },
  additionalProperties: item,
});

const range = (format: Quantity, description: string): JsonSchema => ({
  type: "string",
  format: `${format}-range`,
  description,
});

/** A distribution: a constant as text, or one named kind. */
export const distribution = (format: "duration" | "size", description: string): JsonSchema => {
  const value = quantity(format, description);
  const one = (kind: string, of: JsonSchema): JsonSchema => ({
    type: "object",
    properties: { [kind]: of },
    required: [kind],
    additionalProperties: false,
  });
  const fields = (
    names: readonly string[],
    extra: Readonly<Record<string, JsonSchema>> = {},
  ): JsonSchema => ({
    type: "object",
    properties: { ...Object.fromEntries(names.map((name) => [name, value])), ...extra },
    required: [...names, ...Object.keys(extra)],
    additionalProperties: false,
  });
  return {
    description,
    expected: `${quantities[format].expected}, or one of uniform, exponential, normal, lognormal, pareto, empirical`,
    distributionOf: format,
    anyOf: [
      value,
      one("uniform", range(format, "from..to")),
      one("exponential", fields(["mean"])),
      one("normal", fields(["mean", "stddev"])),
      one("lognormal", fields(["median", "p99"])),
      one(
        "pareto",
        fields(["min"], { shape: { type: "number", exclusiveMinimum: 1, maximum: 1000 } }),
      ),
      one("empirical", {
        type: "array",
        minItems: 1,
        items: fields(["value"], { weight: { type: "number", minimum: 1e-9, maximum: 1e9 } }),
      }),
    ],
  };
};
