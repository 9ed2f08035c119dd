/**
 * Stands in for vitest while mutants are judged: the same `describe`, `test` and `expect`, but tests are only collected,
 * so that a runner may call any of them any number of times in one process. What our tests of these floors use, no more.
 */

import { format } from "node:util";
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  customMatchers,
  GLOBAL_EXPECT,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
} from "@vitest/expect";
import * as chai from "chai";

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);

export const expect = (value, message) => chai.expect(value, message);
Object.assign(expect, chai.expect, globalThis[ASYMMETRIC_MATCHERS_OBJECT]);
expect.extend = (matchers) => chai.expect.extend(expect, matchers);
expect.extend(customMatchers);
Object.defineProperty(globalThis, GLOBAL_EXPECT, { value: expect, configurable: true });

/** `[{ file, name, body }]`, in the order of the files. */
export const tests = [];
const groups = [];
let file = "";

/** Written before the first line of each test file. */
export function startFile(name) {
  file = name;
}

export function describe(name, body) {
  groups.push(name);
  body();
  groups.pop();
}

/** What may stand between name and body, a time limit, is the runner's to set. */
export function test(name, ...rest) {
  tests.push({ file, name: [...groups, name].join(" "), body: rest.find(isBody) });
}

const isBody = (of) => typeof of === "function";

function each(define) {
  return (rows) =>
    (name, ...rest) => {
      const body = rest.find(isBody);
      for (const [at, row] of rows.entries()) {
        const values = Array.isArray(row) ? row : [row];
        define(titleOf(name, values, at), () => body(...values));
      }
    };
}

/** A title need not be vitest's to the letter, only tell rows apart. */
function titleOf(name, values, at) {
  const wanted = (name.match(/%[sdifjoO]/g) ?? []).length;
  return `${format(name.replaceAll("%#", String(at)), ...values.slice(0, wanted))} (${at})`;
}

test.each = each(test);
describe.each = each(describe);
test.skip = () => undefined;
test.skipIf = (skipped) => (skipped ? test.skip : test);
export const it = test;
