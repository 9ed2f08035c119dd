/**
 * A test runner for StrykerJS that judges mutants without starting anything for most of them: it bundles the tests of a
 * floor once, and for each mutant a thread calls the tests that reach it, quickest first, until one fails. A mutant of
 * code that runs when a module is loaded gets a thread of its own. Starting vitest for each mutant takes fifty times as
 * long. A test that takes far more of the processor than it took without mutants has run into an endless loop.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { Worker } from "node:worker_threads";
import { build } from "esbuild";
import { MORE_TESTS, roomsOf } from "./floors.mjs";
import { LEFT_OUT } from "./left-out.mjs";

const COLLECT = "scripts/mutation/collect.mjs";
const LOADING = 0;
/** What a test may take of the processor, beside a multiple of what it took without mutants. */
const SPARE_MS = 500;
const TIMES = 4;
const LOADING_MS = 15_000;
const LOOK_EVERY_MS = 100;

class InProcessRunner {
  bundle = resolve(`.cache/mutation-${process.env.STRYKER_MUTATOR_WORKER ?? 0}.mjs`);
  /** By test: what it took of the processor without mutants, ms. */
  durations = new Map();
  thread = null;

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    mkdirSync(".cache", { recursive: true });
    const files = testFilesOf(process.env.MUTATION_FLOOR ?? "");
    const { outputFiles } = await build({
      stdin: {
        contents: `${files.map((file) => `import "./${file}";`).join("\n")}
          export { tests } from "./${COLLECT}";`,
        resolveDir: process.cwd(),
        loader: "ts",
      },
      absWorkingDir: process.cwd(),
      bundle: true,
      write: false,
      format: "esm",
      platform: "node",
      target: "node20",
      packages: "external",
      alias: { vitest: resolve(COLLECT) },
      plugins: [tagged(new Set(files.map((file) => resolve(file)))), ofSources],
      logLevel: "silent",
    });
    writeFileSync(this.bundle, outputFiles[0].contents);
  }

  async dryRun() {
    const { results, coverage } = await this.ask({ kind: "dry" }, null, null);
    for (const { id, timeSpentMs } of results) this.durations.set(id, timeSpentMs);
    return { status: "complete", tests: results, mutantCoverage: coverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, mutantActivation }) {
    const isStatic = mutantActivation === "static";
    const wanted = testFilter && new Set(testFilter);
    const ids = [...this.durations.keys()]
      .filter((id) => wanted === undefined || wanted.has(id))
      .sort((a, b) => this.durations.get(a) - this.durations.get(b));
    const order = { kind: "mutant", mutant: activeMutant.id, ids, hitLimit };
    if (isStatic) this.end();
    const answer = await this.ask(order, isStatic ? activeMutant.id : null, ids);
    if (isStatic) this.end();
    return answer;
  }

  /** Gives the thread an order; answers what it says, or that it got nowhere. */
  ask(order, loadedWith, ids) {
    this.thread ??= start(this.bundle, loadedWith);
    const { worker, progress } = this.thread;
    Atomics.store(progress, 0, LOADING);
    return new Promise((settle) => {
      let at = -1;
      let since = 0;
      const look = setInterval(() => {
        const now = Atomics.load(progress, 0);
        const used = processorMs();
        if (now !== at) [at, since] = [now, used];
        const id = ids?.[at - 1];
        const may =
          id === undefined ? LOADING_MS : SPARE_MS + TIMES * (this.durations.get(id) ?? 0);
        if (ids === null || used - since < may) return;
        this.end();
        done({ status: "timeout", reason: `${id ?? "loading"} takes ${used - since} ms` });
      }, LOOK_EVERY_MS);
      const done = (answer) => {
        clearInterval(look);
        worker.off("message", done).off("error", failed);
        settle(answer);
      };
      const failed = (error) => {
        this.end();
        done({ status: "killed", failureMessage: String(error), killedBy: [], nrOfTests: 0 });
      };
      worker.on("message", done).on("error", failed);
      worker.postMessage(order);
    });
  }

  end() {
    this.thread?.worker.terminate();
    this.thread = null;
  }

  async dispose() {
    this.end();
  }
}

function start(bundle, loadedWith) {
  const progress = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL("./thread.mjs", import.meta.url), {
    workerData: { bundle, loadedWith, progress },
  });
  return { worker, progress };
}

function processorMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const testFilesOf = (floor) =>
  readdirSync(`test/${floor}`, { recursive: true })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => `test/${floor}/${name}`)
    .filter((file) => !roomsOf(floor).some((room) => file.startsWith(`test/${room}/`)))
    .filter((file) => !LEFT_OUT.some((pattern) => pattern.test(file)))
    .concat(MORE_TESTS[floor] ?? [])
    .sort();

/** Each test file says its name before its tests are defined. */
function tagged(files) {
  return {
    name: "tagged",
    setup({ onLoad }) {
      onLoad({ filter: /\.test\.ts$/ }, ({ path }) => {
        if (!files.has(path)) return undefined;
        const name = JSON.stringify(relative(process.cwd(), path));
        const text = readFileSync(path, "utf8");
        const contents = `import { startFile as $start } from "vitest"; $start(${name});\n${text}`;
        return { contents, loader: "ts" };
      });
    },
  };
}

/** What tests take from the build comes from the sources, where the mutants are. */
const ofSources = {
  name: "of-sources",
  setup({ onResolve }) {
    onResolve({ filter: /^(\.\.\/)+dist\/.*\.js$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.replace("/dist/", "/src/").replace(/\.js$/, ".ts")),
    }));
  },
};

export const strykerPlugins = [
  { kind: "TestRunner", name: "in-process", injectableClass: InProcessRunner },
];
