/**
 * Writes docs/MUTATION.md from StrykerJS's reports in `.cache/stryker/` and the reasons kept by hand in
 * `mutation/reasons.json`: how many mutants of each floor were killed, and why each survivor may live.
 *
 * A reason is found by file, mutator, and the text before and after, not by line, so that it stays when code moves. Exit
 * code 1 when a survivor has none, or when a floor's share is below what is promised.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { FLOORS, fileName, KILLED_AT_LEAST } from "./mutation/floors.mjs";

const PAGE = "docs/MUTATION.md";
const REASONS = "scripts/mutation/reasons.json";
const DEAD = ["Killed", "Timeout"];
const ALIVE = ["Survived", "NoCoverage"];
const TEXT_MAX = 76;

const { classes, survivors: known } = JSON.parse(readFileSync(REASONS, "utf8"));
const problems = [];
const used = new Set();

const reportOf = (floor) => `.cache/stryker/${fileName(floor)}.json`;
const missing = FLOORS.filter((floor) => !existsSync(reportOf(floor)));
for (const floor of missing) problems.push(`${floor}: no report; npm run mutation -- ${floor}`);

const floors = FLOORS.filter((floor) => !missing.includes(floor)).map((floor) => {
  const report = reportOf(floor);
  const mutants = Object.entries(JSON.parse(readFileSync(report, "utf8")).files).flatMap(
    ([file, { source, mutants: found }]) =>
      found.map((mutant) => ({ ...mutant, file, before: textOf(source, mutant.location) })),
  );
  const count = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
  const killed = count(...DEAD);
  const all = killed + count(...ALIVE);
  if (killed < KILLED_AT_LEAST * all)
    problems.push(`${floor}: ${killed} of ${all} mutants killed, ${KILLED_AT_LEAST} promised`);
  return { floor, killed, all, covered: all - count("NoCoverage"), ...listOf(mutants) };
});

writeFileSync(PAGE, pageOf());
const judged = (key) =>
  floors.some(({ floor }) => key.startsWith(`src/${floor}/`)) &&
  !missing.some((floor) => key.startsWith(`src/${floor}/`));
for (const key of Object.keys(known))
  if (!used.has(key) && judged(key)) problems.push(`no such survivor: ${key}`);
for (const problem of problems) console.error(problem);
for (const { floor, killed, all } of floors)
  console.log(`${floor}: ${killed} of ${all} mutants killed, ${percent(killed / all)}`);
process.exit(problems.length === 0 ? 0 : 1);

function listOf(mutants) {
  const rows = mutants
    .filter(({ status }) => ALIVE.includes(status))
    .sort(
      (a, b) =>
        (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) ||
        a.location.start.line - b.location.start.line ||
        a.location.start.column - b.location.start.column,
    )
    .map((mutant) => {
      const after = oneLine(mutant.replacement ?? "");
      const key = `${mutant.file} ${mutant.mutatorName}: ${mutant.before} -> ${after}`;
      used.add(key);
      const reason = known[key];
      if (reason === undefined) problems.push(`no reason: "${key}": ""`);
      const where = `${mutant.file}:${mutant.location.start.line}`;
      const change = `\`${cell(mutant.before)}\` → \`${cell(after)}\``;
      return `| ${where} | ${change} | ${reason ?? "**none given**"} |`;
    });
  return { rows };
}

function pageOf() {
  const figures = floors.map(
    ({ floor, killed, all, covered }) =>
      `| ${floor} | ${all} | ${killed} | ${percent(killed / all)} | ${percent(killed / covered)} | ${all - killed} |`,
  );
  return `# Mutation testing

StrykerJS changes the sources in one place at a time: a comparison, a condition, an operator, a call, a block. A mutant
that no test notices is a promise that nobody holds, or code that nobody needs. \`npm run mutation\` judges the floors
${FLOORS.join(", ")}, each by the tests in \`test/\` that have its name; one floor alone by its name:

\`\`\`sh
npm run mutation                # all floors, then this page anew
npm run mutation -- checks      # one of them
\`\`\`

Not part of CI. StrykerJS's vitest runner starts vitest for each mutant, which takes hours; \`scripts/mutation/runner.mjs\`
bundles a floor's tests once and calls them in a thread, quickest first, so that all floors take some ten minutes of one core. Mutants
of code that runs when a module is loaded count too: each gets a fresh thread. A test that takes far more of the
processor than it took before counts as an endless loop, and its mutant as killed. Left out are tests that take long
(\`scripts/mutation/left-out.mjs\`), which can only make the figures worse, and mutants of string literals: texts for people,
whose wording is no promise. Of ${KILLED_AT_LEAST * 100} % that are to be killed:

| Floor | Mutants | Killed | Share | Of those that a test reaches | Survivors |
|---|---|---|---|---|---|
${figures.join("\n")}
${missing.map((floor) => `| ${floor} | not judged to its end | | | | |\n`).join("")}
## Survivors

Made by \`scripts/survivors.mjs\` from StrykerJS's reports and \`scripts/mutation/reasons.json\`, which is kept by hand. Reasons:

${Object.entries(classes)
  .map(([name, text]) => `- **${name}**: ${text}`)
  .join("\n")}
${floors
  .map(
    ({ floor, rows }) => `
### ${floor}

| Where | Mutant | Reason |
|---|---|---|
${rows.join("\n")}
`,
  )
  .join("")}`;
}

/** What stood in a place, on one line. */
function textOf(source, { start, end }) {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  lines[lines.length - 1] = lines.at(-1).slice(0, end.column - 1);
  lines[0] = lines[0].slice(start.column - 1);
  return oneLine(lines.join("\n"));
}

function oneLine(text) {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > TEXT_MAX ? `${line.slice(0, TEXT_MAX - 3)}...` : line;
}

function cell(text) {
  return text === "" ? " " : text.replaceAll("`", "'").replaceAll("|", "\\|");
}

function percent(share) {
  return `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}
