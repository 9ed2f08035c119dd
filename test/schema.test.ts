import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { validatorSource } from "../scripts/validator-source.ts";
import { wordTypes } from "../scripts/word-types.ts";
import { resultSchema } from "../src/run/result-schema.ts";
import { run } from "../src/run/simulation.ts";
import { loadScenario } from "../src/scenario/load.ts";
import { scenarioSchema } from "../src/scenario/schema.ts";

const read = (file: string): string => readFileSync(file, "utf8");
const published = (name: string): unknown => JSON.parse(read(`schema/${name}.schema.json`));
const files = ["fast", "negative", "twin", "explore", "corpus"].flatMap((folder) =>
  readdirSync(`scenarios/${folder}`).map((name) => path.join("scenarios", folder, name)),
);

/** Types beside fragments, as git keeps them: all generated files but the validator. */
const keptTypes = readdirSync("src", { recursive: true, encoding: "utf8" })
  .map((name) => path.join("src", name).replaceAll("\\", "/"))
  .filter((name) => name.endsWith(".gen.ts") && !name.endsWith("-validator.gen.ts"));

describe("types of words", () => {
  it("are what the schema's fragments say (npm run generate)", async () => {
    const made = await wordTypes();
    for (const { file, text } of made) expect(read(file), file).toBe(text);
    expect(keptTypes.toSorted()).toEqual(made.map(({ file }) => file).toSorted());
  }, 60_000);
});

describe("published schemas", () => {
  it("are what the fragments compose (npm run generate)", () => {
    expect(published("scenario")).toEqual(JSON.parse(JSON.stringify(scenarioSchema)));
    expect(published("result")).toEqual(JSON.parse(JSON.stringify(resultSchema)));
  });

  it("are what the validator was made from (npm run validator)", () => {
    expect(read("src/scenario/scenario-validator.gen.ts")).toBe(validatorSource());
  });

  it("accept every shipped scenario as an editor would, by plain draft-07", () => {
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(scenarioSchema);
    for (const file of files) {
      validate(parse(read(file), { merge: true }));
      expect(validate.errors, file).toBeNull();
    }
  });

  it("accept a result, and reject one with a missing or unknown key", () => {
    const source = read("scenarios/negative/promote-most-lagged.yaml");
    const input = { source, sets: [], allowPlanted: true };
    const result = run(loadScenario(source, { allowPlanted: true }), input);
    const validate = new Ajv({ strict: false }).compile(resultSchema);
    const plain = JSON.parse(JSON.stringify(result)) as Record<string, unknown>;
    validate(plain);
    expect(validate.errors).toBeNull();
    expect(validate({ ...plain, surprise: 1 })).toBe(false);
    const { verdict: _, ...rest } = plain;
    expect(validate(rest)).toBe(false);
  });
});
