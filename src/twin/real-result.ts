/** What a real run says, in the words of a simulation's result: so the same report shows it. */
import { worst } from "../checks/verdict.ts";
import type { RunIndex } from "../measure/run-facts.ts";
import { assembleResult, type RunInput } from "../run/assemble-result.ts";
import type { Result } from "../run/result.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";
import type { JudgedRun } from "./real-journal.ts";
import type { RealRun } from "./real-run.ts";
import type { ServerBinary } from "./server-binary.ts";

/** Real time repeats nothing: there is no digest of what happened. */
const NO_DIGEST = "0".repeat(16);

export function realResult(
  resolved: ResolvedScenario,
  input: RunInput,
  given: {
    readonly index: RunIndex;
    readonly run: RealRun;
    readonly judged: JudgedRun;
    readonly binary: ServerBinary;
  },
): Result {
  const { index, run, judged, binary } = given;
  const { engine, version } = binary;
  const result = assembleResult({
    resolved,
    input,
    index,
    end: {
      ...judged.end,
      issued: (traffic) =>
        run.operations.filter((operation) => operation.request.traffic === traffic).length,
    },
    measured: judged.measured,
    records: judged.records,
    series: {},
    digest: NO_DIGEST,
    behaviourDigest: NO_DIGEST,
    checkpoints: [],
    events: 0,
    ties: 0,
  });
  return {
    ...result,
    story: `Played on ${engine}-server ${version} of this machine, in real time. ${resolved.story}`,
    // Invariants are promises of the model about itself.
    invariants: [],
    verdict: worst(result.expectations.map(({ verdict }) => verdict)),
    reproduce: result.reproduce.replace("cachequake run", "cachequake twin"),
  };
}
