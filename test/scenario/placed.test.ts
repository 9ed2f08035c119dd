import { expect, test } from "vitest";
import { ScenarioError } from "../../src/base/scenario-error.ts";
import { placed } from "../../src/scenario/placed.ts";

const TEXT = `scenario: a
regions: { us-east-1: { zones: 3 } }
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
    problem("regions.us-east-1.zones"),
    { ...problem("method[0]"), file: "other.yaml", line: 7, column: 8 },
  ]);
  expect(placed(error, TEXT, "a.yaml").problems).toEqual([
    { ...problem("method[0]"), file: "a.yaml", line: 4, column: 5 },
    { ...problem("method[10].target"), file: "a.yaml", line: 14, column: 23 },
    { ...problem("method[3].at"), file: "a.yaml", line: 7, column: 11 },
    { ...problem("scenario"), file: "a.yaml", line: 1, column: 11 },
    { ...problem("regions.us-east-1.zones"), file: "a.yaml", line: 2, column: 32 },
    { ...problem("method[0]"), file: "other.yaml", line: 7, column: 8 },
  ]);
});
