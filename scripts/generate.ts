/**
 * Writes what is composed from the schema's fragments in src/: the published JSON Schemas, which git keeps, and the
 * validator, which every build makes anew. `--check` fails when a published file is out of date; `--validator` writes
 * the validator alone.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { resultSchema } from "../src/run/result-schema.ts";
import { scenarioSchema } from "../src/scenario/schema.ts";
import { validatorSource } from "./validator-source.ts";

const pathOf = (file: string): string => fileURLToPath(new URL(`../${file}`, import.meta.url));

const published = [
  { name: "scenario.schema.json", schema: scenarioSchema },
  { name: "result.schema.json", schema: resultSchema },
];
if (!process.argv.includes("--validator")) {
  for (const { name, schema } of published) {
    const path = pathOf(`schema/${name}`);
    const text = `${JSON.stringify(schema, null, 2)}\n`;
    if (!process.argv.includes("--check")) writeFileSync(path, text);
    else if (readFileSync(path, "utf8") !== text) {
      console.error(`schema/${name} is out of date: npm run generate`);
      process.exitCode = 1;
    }
  }
}
if (!process.argv.includes("--check"))
  writeFileSync(pathOf("src/scenario/scenario-validator.gen.ts"), validatorSource());
