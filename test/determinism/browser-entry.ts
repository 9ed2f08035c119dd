/** What the browser of the tests runs: a scenario's text to the text of its result. */
import { resultJson } from "../../src/report/result-json.ts";
import { run } from "../../src/run/simulation.ts";
import { loadScenario } from "../../src/scenario/load.ts";

Object.assign(globalThis, {
  resultOf: (source: string, file: string): string =>
    resultJson(run(loadScenario(source, { file }), { source, sets: [], allowPlanted: false })),
});
