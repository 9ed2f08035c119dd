import { ScenarioError, type ScenarioProblem } from "../base/scenario-error.ts";
import { formatDuration } from "../base/units.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { type Job, type LoadOptions, loadJobs } from "./load-jobs.ts";
import type { Terminal } from "./terminal.ts";

export interface ValidateOptions extends LoadOptions {
  readonly files: readonly string[];
  readonly json: boolean;
}

/** Checks scenario files without running them: problems on standard error, or as JSON with `--json`. */
export function validateCommand(options: ValidateOptions, terminal: Terminal): ExitCode {
  const checks = options.files.map((file) => validate(file, options));
  const bad = checks.some((check) => "problems" in check);
  if (options.json) {
    const rows = checks.map((check) =>
      "problems" in check
        ? { file: check.file, ok: false, problems: check.problems }
        : { file: check.job.file, ok: true, scenario: check.job.resolved.name, problems: [] },
    );
    terminal.out(`${JSON.stringify(rows, null, 2)}\n`);
  } else {
    for (const check of checks) {
      if ("problems" in check) terminal.err(new ScenarioError(check.problems).message);
      else terminal.out(`${describe(check.job)}\n`);
    }
  }
  return bad ? EXIT.badInput : EXIT.pass;
}

type Check =
  | { readonly job: Job }
  | { readonly file: string; readonly problems: readonly ScenarioProblem[] };

function validate(file: string, options: ValidateOptions): Check {
  try {
    return { job: loadJobs([file], options)[0] as Job };
  } catch (error) {
    if (error instanceof ScenarioError) return { file, problems: error.problems };
    throw error;
  }
}

function describe({ file, resolved }: Job): string {
  const nodes = resolved.caches.flatMap((cache) => cache.shards.flatMap((shard) => shard.nodes));
  const parts = [
    `${nodes.length} ${nodes.length === 1 ? "node" : "nodes"}`,
    formatDuration(resolved.durationNs),
    `seed ${resolved.seed}`,
    `${resolved.expect.length} ${resolved.expect.length === 1 ? "expectation" : "expectations"}`,
  ];
  return `${file}: ${resolved.name} can run (${parts.join(", ")})`;
}
