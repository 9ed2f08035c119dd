import { expect, test } from "vitest";
import { ScenarioError } from "../../src/base/scenario-error.ts";
import { placed } from "../../src/scenario/placed.ts";

const TEXT = `scenario: a
method:
  - { at: 1s }
${"  - { at: 2s }\n".repeat(9)}  - { at: 3s, target: node a }
`;

test("problems of a run get the places that their paths have in the text", () => {
  const problem = (path: string) => ({ path, found: "hits nothing", expected: "a target" });
  const error = new ScenarioError([
    problem("method[0]"),
    problem("method[10].target"),
    problem("method[3].at"),
    problem("scenario"),
    { ...problem("method[0]"), file: "other.yaml", line: 7, column: 8 },
  ]);
  expect(placed(error, TEXT, "a.yaml").problems).toEqual([
    { ...problem("method[0]"), file: "a.yaml", line: 3, column: 5 },
    { ...problem("method[10].target"), file: "a.yaml", line: 13, column: 23 },
    { ...problem("method[3].at"), file: "a.yaml", line: 6, column: 11 },
    { ...problem("scenario"), file: "a.yaml", line: 1, column: 11 },
    { ...problem("method[0]"), file: "other.yaml", line: 7, column: 8 },
  ]);
});
