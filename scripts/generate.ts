/**
 * Writes what is composed from the schema's fragments in src/: the published JSON Schemas and the types of a scenario's
 * words, which git keeps, and the validator, which every build makes anew. `--check` fails when a kept file is out of
 * date; `--validator` writes the validator alone.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { resultSchema } from "../src/run/result-schema.ts";
import { scenarioSchema } from "../src/scenario/schema.ts";
import { validatorSource } from "./validator-source.ts";

const pathOf = (file: string): string => fileURLToPath(new URL(`../${file}`, import.meta.url));
const json = (schema: unknown): string => `${JSON.stringify(schema, null, 2)}\n`;
const isCheck = process.argv.includes("--check");

if (!process.argv.includes("--validator")) {
  // Loads two compilers, which the build of the validator does without.
  const { wordTypes } = await import("./word-types.ts");
  const kept = [
    { file: "schema/scenario.schema.json", text: json(scenarioSchema) },
    { file: "schema/result.schema.json", text: json(resultSchema) },
    ...(await wordTypes()),
  ];
  for (const { file, text } of kept) {
    const path = pathOf(file);
    if (!isCheck) writeFileSync(path, text);
    else if (!existsSync(path) || readFileSync(path, "utf8") !== text) {
      console.error(`${file} is out of date: npm run generate`);
      process.exitCode = 1;
    }
  }
}
if (!isCheck) writeFileSync(pathOf("src/scenario/scenario-validator.gen.ts"), validatorSource());
