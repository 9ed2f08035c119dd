/** One real server: a process of our own, known by its pid, with a temporary folder that goes with it. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Cleanup } from "./cleanup.ts";
import { freePort, requireLoopback } from "./loopback.ts";
import { ServerUnavailable } from "./server-binary.ts";

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly busPort: number;
}

export interface ServerSettings {
  readonly file: string;
  readonly host: string;
  /** What it tells others: the proxy's ports. */
  readonly announce: (address: ServerAddress) => Promise<Announced>;
  /** Lines of its configuration beside those that every process of a twin has. */
  readonly config: (address: ServerAddress, announced: Announced) => Configuration;
  /** It is a sentinel, which rewrites its configuration. */
  readonly isSentinel?: boolean;
}

export interface Announced {
  readonly port: number;
  readonly busPort: number;
}

/** Names and what follows them. */
export type Configuration = readonly (readonly [string, string | number])[];

const START_TRIES = 3;
const START_MS_MAX = 10_000;

export class ServerProcess {
  private paused = false;

  /** SIGSTOP holds it. */
  get isPaused(): boolean {
    return this.paused;
  }

  private constructor(
    private readonly child: ChildProcess,
    readonly address: ServerAddress,
    readonly announced: Announced,
  ) {}

  /** Starts a server and waits until it listens. A port that was taken meanwhile is chosen anew. */
  static async start(settings: ServerSettings, cleanup: Cleanup): Promise<ServerProcess> {
    requireLoopback(settings.host);
    for (let tried = 1; ; tried++) {
      const { host } = settings;
      const port = await freePort(host);
      const busPort = await freePort(host);
      const address = { host, port, busPort };
      const announced = await settings.announce(address);
      const folder = mkdtempSync(path.join(tmpdir(), "cachequake-twin-"));
      // Long after the process has ended, its last write to the folder has too.
      cleanup.add(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
      const server = new ServerProcess(
        spawn(settings.file, argumentsOf(settings, address, announced, folder), {
          cwd: folder,
          stdio: "ignore",
        }),
        address,
        announced,
      );
      cleanup.add(() => server.kill());
      if (await server.listens()) return server;
      server.kill();
      if (tried === START_TRIES) {
        throw new ServerUnavailable(`${settings.file} does not start: ${lastWords(folder)}`);
      }
    }
  }

  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** SIGKILL. */
  kill(): void {
    if (this.alive) this.child.kill("SIGKILL");
  }

  /** SIGSTOP: its kernel goes on accepting. */
  pause(): void {
    if (this.alive && !this.paused) this.child.kill("SIGSTOP");
    this.paused = true;
  }

  /** SIGCONT. */
  resume(): void {
    if (this.alive && this.paused) this.child.kill("SIGCONT");
    this.paused = false;
  }

  /** True once it accepts connections; false when it ended instead. */
  private async listens(): Promise<boolean> {
    const { host, port } = this.address;
    let failed = false;
    this.child.once("error", () => {
      failed = true;
    });
    const until = performance.now() + START_MS_MAX;
    while (performance.now() < until && !failed && this.alive) {
      if (await accepts(host, port)) return this.alive;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return false;
  }
}

function argumentsOf(
  { config, isSentinel = false }: ServerSettings,
  address: ServerAddress,
  announced: Announced,
  folder: string,
): string[] {
  const lines: Configuration = [
    ["bind", address.host],
    ["bind-source-addr", address.host],
    ["port", address.port],
    // Without a password it would refuse all addresses but 127.0.0.1.
    ["protected-mode", "no"],
    ["daemonize", "no"],
    ["dir", folder],
    ["logfile", path.join(folder, "server.log")],
    ...config(address, announced),
  ];
  if (!isSentinel) return lines.flatMap(([name, value]) => [`--${name}`, String(value)]);
  const file = path.join(folder, "sentinel.conf");
  writeFileSync(file, lines.map(([name, value]) => `${name} ${value}\n`).join(""));
  return [file, "--sentinel"];
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function lastWords(folder: string): string {
  try {
    const lines = readFileSync(path.join(folder, "server.log"), "utf8").trim().split("\n");
    return lines.slice(-3).join("; ");
  } catch {
    return "it left no log";
  }
}
