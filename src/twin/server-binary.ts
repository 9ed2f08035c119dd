/** Finds a Redis or Valkey server on this machine. */
import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import path from "node:path";
import { engineDefaults } from "../catalog/engines.ts";

export interface ServerBinary {
  readonly file: string;
  readonly engine: "redis" | "valkey";
  /** `7.0.15` */
  readonly version: string;
  /** The version of the catalog that the simulation takes for it: the latest that is not newer. */
  readonly modelledVersion: string;
}

const NAMES = ["redis-server", "valkey-server"] as const;
/** The first with a bus port of its own choice and CLUSTER ADDSLOTSRANGE. */
const VERSION_MIN = "7.0";

/** This machine has no server that runs as a twin needs it. */
export class ServerUnavailable extends Error {
  override readonly name = "ServerUnavailable";
  constructor(why: string) {
    super(`Cannot run a twin: ${why}`);
  }
}

const INSTALL =
  "install one: apt-get install redis-server (Debian, Ubuntu), dnf install valkey (Fedora), brew install redis";

/** @throws ServerUnavailable */
export function findServer(searchPath: string): ServerBinary {
  const tooOld: string[] = [];
  for (const name of NAMES) {
    for (const folder of searchPath.split(path.delimiter).filter((entry) => entry !== "")) {
      const file = path.join(folder, name);
      if (!isExecutable(file)) continue;
      const version = versionOf(file);
      if (version === undefined) continue;
      if (compareVersions(version, VERSION_MIN) < 0) {
        tooOld.push(`${file} is version ${version}`);
        continue;
      }
      const engine = name === "valkey-server" ? "valkey" : "redis";
      return { file, engine, version, modelledVersion: modelled(engine, version) };
    }
  }
  const found =
    tooOld.length === 0
      ? `neither ${NAMES.join(" nor ")} is on the PATH`
      : `${tooOld.join(", ")}, expected ${VERSION_MIN} or newer`;
  throw new ServerUnavailable(`${found}; ${INSTALL}`);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function versionOf(file: string): string | undefined {
  try {
    const text = execFileSync(file, ["--version"], { encoding: "utf8", timeout: 10_000 });
    return /\bv=(\d+\.\d+(?:\.\d+)*)/.exec(text)?.[1];
  } catch {
    return undefined;
  }
}

function modelled(engine: "redis" | "valkey", version: string): string {
  const { versions } = engineDefaults[engine];
  const known = versions.filter((candidate) => compareVersions(candidate, version) <= 0);
  return known.at(-1) ?? (versions[0] as string);
}

/** Negative if `a` is older than `b`; what one lacks counts as 0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split(".").map(Number)) as [number[], number[]];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
