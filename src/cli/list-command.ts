import { SECOND } from "../base/nanos.ts";
import { clientPresets } from "../catalog/client-presets.ts";
import { nodeTypes } from "../catalog/node-types.ts";
import { measuredRegions, regionRttNs } from "../catalog/region-rtt.ts";
import { consistencyPromises } from "../checks/history/promises.ts";
import { plantedBugs } from "../faults/planted/registry.ts";
import { faultKinds } from "../faults/registry.ts";
import { stepKinds } from "../faults/steps.ts";
import { allMarks } from "../measure/coverage.ts";
import { metricNames } from "../run/metrics.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { describedScenarios } from "./find-scenario.ts";
import type { ListName } from "./lists.ts";
import type { Terminal } from "./terminal.ts";
import { textTable } from "./text-table.ts";

type Cell = string | number | boolean | null | readonly string[];
type Row = Readonly<Record<string, Cell>>;

/** Prices are for this Region; distances are given from it. */
const HOME_REGION = "us-east-1";

/** Columns too wide for a table. */
const JSON_ONLY: readonly string[] = ["overlap"];

const rowsOf: Readonly<Record<ListName, () => readonly Row[]>> = {
  scenarios: () =>
    describedScenarios().map(({ name, of, about }) => ({ scenario: name, of, about })),
  faults: () =>
    Object.values(faultKinds).map(({ kind, summary, overlap, heals }) => ({
      fault: kind,
      heals,
      summary,
      overlap,
    })),
  steps: () => stepKinds.map(({ step, summary }) => ({ step, summary })),
  metrics: () => metricNames.map(({ metric, of, unit }) => ({ metric, of, unit })),
  "node-types": () =>
    nodeTypes.map((type) => ({
      nodeType: type.name,
      vcpu: type.vcpu,
      memoryGib: type.memoryGib,
      networkGbps: type.networkGbps,
      redisUsdPerHour: type.priceRedis,
      valkeyUsdPerHour: type.priceValkey,
    })),
  regions: () =>
    measuredRegions.map((region) => ({
      region,
      roundTripMs: roundTripMs(region),
      from: HOME_REGION,
    })),
  marks: () => allMarks.map(({ mark, summary }) => ({ mark, summary })),
  promises: () =>
    consistencyPromises.map(({ promise, summary, models }) => ({ promise, models, summary })),
  planted: () => plantedBugs.map(({ name, summary, seenBy }) => ({ name, summary, seenBy })),
  "client-presets": () =>
    clientPresets.flatMap(({ preset, version, figures }) =>
      figures.map(({ word, value, clusterMode, source }) => ({
        preset,
        version,
        word,
        value: String(value),
        clusterMode: clusterMode ?? "any",
        source,
      })),
    ),
};

/** Prints what scenarios and results can name: as a table, or as JSON. */
export function listCommand(
  what: ListName,
  options: { readonly json: boolean },
  terminal: Terminal,
): ExitCode {
  const rows = rowsOf[what]();
  if (options.json) terminal.out(`${JSON.stringify(rows, null, 2)}\n`);
  else {
    const header = Object.keys(rows[0] ?? {}).filter((name) => !JSON_ONLY.includes(name));
    const cells = rows.map((row) => header.map((name) => cellOf(row[name])));
    terminal.out(textTable(header, cells));
  }
  return EXIT.pass;
}

function roundTripMs(region: string): number | null {
  const ns = regionRttNs(HOME_REGION, region);
  return region === HOME_REGION || ns === undefined ? null : Math.round((ns / SECOND) * 1e5) / 100;
}

function cellOf(value: Cell | undefined): string {
  if (value === null || value === undefined) return "-";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "object") return value.join(", ");
  return String(value);
}
