import path from "node:path";
import { VERSION } from "../base/version.ts";
import { renderVerifyPage } from "../report/verify-page.ts";
import type { VerifyPart, VerifyRow } from "../verify/row.ts";
import { verifySteps } from "../verify/verify.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Terminal } from "./terminal.ts";
import { textTable } from "./text-table.ts";
import { checkWritable, writeReport } from "./write-report.ts";

export interface VerifyOptions {
  readonly cwd: string;
  readonly out: string;
  readonly json: boolean;
  /** One part alone; null for all. */
  readonly part: VerifyPart | null;
}

/**
 * Compares the model with theory and with measured servers: a table, and a page in OUT/verify.
 *
 * @throws CommandError if the page cannot be written
 */
export async function verifyCommand(options: VerifyOptions, terminal: Terminal): Promise<ExitCode> {
  const folder = path.join(options.out, "verify");
  checkWritable(path.resolve(options.cwd, folder));
  const steps = verifySteps().filter(({ part }) => options.part === null || part === options.part);
  const rows: VerifyRow[] = [];
  for (const { part, name, rows: compute } of steps) {
    terminal.progress(`${part}: ${name}`);
    await new Promise((resolve) => setImmediate(resolve)); // signals are answered between two steps
    rows.push(...compute());
  }
  terminal.progress(null);
  const page = renderVerifyPage(rows, VERSION);
  writeReport(path.resolve(options.cwd, folder), [{ name: "agreement.html", contents: page }]);
  const failed = rows.filter(({ verdict }) => verdict === "fail").length;
  if (options.json) terminal.out(`${JSON.stringify({ rows: rows.map(plain) }, null, 2)}\n`);
  else {
    const table = rows.map((row) => [
      row.verdict,
      row.part,
      row.name,
      figure(row.ours),
      figure(row.reference),
      row.unit,
      row.tolerance,
    ]);
    terminal.out(`${textTable(HEADER, table)}\n`);
    const answer = failed === 0 ? "all agree" : `${failed} do not agree`;
    terminal.out(
      `${rows.length} figures: ${answer}\nPage  ${path.join(folder, "agreement.html")}\n`,
    );
  }
  return failed === 0 ? EXIT.pass : EXIT.fail;
}

const HEADER = ["verdict", "part", "what", "ours", "reference", "unit", "tolerance"];

const figure = (value: number): string => String(Number(value.toPrecision(4)));

function plain({ samples: _samples, ...row }: VerifyRow): Omit<VerifyRow, "samples"> {
  return row;
}
