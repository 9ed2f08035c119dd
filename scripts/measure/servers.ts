/** Real servers for measurements: started by us, on loopback, known by their process ids, gone with this process. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Redis } from "ioredis";
import { connectAdmin } from "../../src/twin/admin.ts";
import { freePort } from "../../src/twin/loopback.ts";
import { parseServerLog, type ServerLogLine } from "./server-log.ts";

const HOST = "127.0.0.1";
const READY_MS_MAX = 20_000;

export type Settings = Readonly<Record<string, string | number>>;

const started: MeasuredServer[] = [];
process.once("exit", () => {
  for (const server of started) server.remove();
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

export class MeasuredServer {
  private child: ChildProcess | null = null;
  private connection: Redis | null = null;
  private readonly folder = mkdtempSync(path.join(tmpdir(), "cachequake-measure-"));

  private constructor(
    readonly port: number,
    private readonly settings: Settings,
  ) {
    started.push(this);
  }

  static async start(settings: Settings = {}): Promise<MeasuredServer> {
    const server = new MeasuredServer(await freePort(HOST), settings);
    await server.run();
    return server;
  }

  /** Starts the process, with what its folder holds from an earlier one. */
  async run(): Promise<void> {
    const lines: Settings = {
      bind: HOST,
      port: this.port,
      save: "",
      appendonly: "no",
      dir: this.folder,
      logfile: path.join(this.folder, "server.log"),
      ...this.settings,
    };
    const words = Object.entries(lines).flatMap(([name, value]) => [`--${name}`, String(value)]);
    this.child = spawn("redis-server", words, { cwd: this.folder, stdio: "ignore" });
    this.connection = null;
    await until("a server answers", async () => (await this.redis.ping()) === "PONG");
  }

  get redis(): Redis {
    if (this.connection === null || this.connection.status === "end")
      this.connection = connectAdmin({ host: HOST, port: this.port });
    return this.connection;
  }

  get log(): ServerLogLine[] {
    return parseServerLog(readFileSync(path.join(this.folder, "server.log"), "utf8"));
  }

  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.child?.kill(signal);
  }

  kill(): void {
    this.child?.kill("SIGKILL");
    this.connection?.disconnect();
  }

  remove(): void {
    this.kill();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Asks every 20 ms until it holds; an error counts as no. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const before = performance.now() + READY_MS_MAX;
  while (!(await holds().catch(() => false))) {
    if (performance.now() > before) throw new Error(`waited ${READY_MS_MAX} ms until ${what}`);
    await wait(20);
  }
}
