import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { marks } from "../../src/journal/marks.ts";
import { root } from "../architecture/project.ts";

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

test("marks are those that the model sets, each once in the list", () => {
  const model = path.join(root, "src", "model");
  const set = readdirSync(model, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => [
      ...readFileSync(path.join(model, file), "utf8").matchAll(/\.mark\(\s*"([\w-]+)"/g),
    ])
    .map(([, mark]) => mark as string);
  expect(marks.map(({ mark }) => mark)).toEqual([...new Set(set)].sort(byText));
});
