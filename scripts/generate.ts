/** Writes the published JSON Schemas from the fragments in src/. `--check` fails when a file is out of date. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { resultSchema } from "../src/run/result-schema.ts";
import { scenarioSchema } from "../src/scenario/schema.ts";

const files = [
  { name: "scenario.schema.json", schema: scenarioSchema },
  { name: "result.schema.json", schema: resultSchema },
];
for (const { name, schema } of files) {
  const path = fileURLToPath(new URL(`../schema/${name}`, import.meta.url));
  const text = `${JSON.stringify(schema, null, 2)}\n`;
  if (!process.argv.includes("--check")) writeFileSync(path, text);
  else if (readFileSync(path, "utf8") !== text) {
    console.error(`schema/${name} is out of date: npm run generate`);
    process.exitCode = 1;
  }
}
