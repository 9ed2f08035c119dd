import { expect, test } from "vitest";
import { EXIT, gravest } from "../../src/cli/exit-code.ts";

test.each([
  [[], EXIT.pass],
  [[EXIT.pass, EXIT.pass], EXIT.pass],
  [[EXIT.pass, EXIT.unknown], EXIT.unknown],
  [[EXIT.unknown, EXIT.fail, EXIT.pass], EXIT.fail],
  [[EXIT.fail, EXIT.internal, EXIT.unknown], EXIT.internal],
])("gravest(%j) is %i: a bug before a failure before an unknown before a pass", (codes, grave) => {
  expect(gravest(codes)).toBe(grave);
});
