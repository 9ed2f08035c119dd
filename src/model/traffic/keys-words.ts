/** Words of keys: which of them a traffic source's requests ask for, how large values are, how long they live. */
import {
  count,
  distribution,
  type JsonSchema,
  object,
  oneOfWords,
  quantity,
} from "../../base/json-schema.ts";

const zipfSchema: JsonSchema = object(
  "ZipfWords",
  { zipf: { type: "number", minimum: 0, maximum: 5, description: "Exponent" } },
  ["zipf"],
);

const hotSetSchema: JsonSchema = object(
  "HotSetWords",
  {
    share: quantity("percentage", "Of requests, evenly over the hot keys"),
    of: quantity("percentage", "Of keys, that are hot; at least one is"),
    shiftEvery: quantity(
      "duration",
      "After which the next keys are hot, as many as before; default never",
    ),
    shard: {
      type: "integer",
      minimum: 1,
      maximum: 500,
      description:
        "All hot keys are this shard's, as if by a hash tag; default those of all shards",
    },
  },
  ["share", "of"],
);

export const keysSchema: JsonSchema = object(
  "KeyWords",
  {
    count: count("Number of keys"),
    first: count(
      "Number of the first key; default 0, so that sources on one cache share the keys they have in common",
      0,
    ),
    popularity: {
      anyOf: [
        { const: "uniform" },
        zipfSchema,
        object("HotSetPopularityWords", { hotSet: hotSetSchema }, ["hotSet"]),
      ],
      description: "Default uniform",
      expected: "uniform, { zipf: 0.99 }, or { hotSet: { share: 90%, of: 10% } }",
    },
    valueSize: distribution("size", "Size of values, where they are strings; default 100B"),
    type: oneOfWords(
      ["string", "hash", "list", "set", "sorted-set"],
      "What the keys hold; GET and SET then read and replace the whole value; default string",
    ),
    elements: count("Elements of a value that is no string; default 10"),
    elementSize: quantity(
      "size",
      "Size of an element's text, of a hash's field and value each; default 20B",
    ),
    bigKeys: object(
      "BigKeyWords",
      {
        share: quantity("percentage", "Of keys, spread evenly over their numbers"),
        elements: count("Elements of each"),
      },
      ["share", "elements"],
      "Some keys have more elements than the others",
    ),
    perGet: {
      type: "integer",
      minimum: 1,
      maximum: 100,
      description:
        "Keys that one GET reads (MGET): neighbours by number, which share a hash tag; default 1",
    },
    ttl: quantity("duration", "Time to live of what is written; default none"),
    ttlJitter: quantity(
      "percentage",
      "Each TTL is drawn evenly from so much below ttl to so much above; default 0%",
    ),
  },
  ["count"],
);
