/** How ioredis opens connections here: from an address of our choice, which it has no option for. */
import net from "node:net";
import { AbstractConnector, Redis } from "ioredis";
import type { Target } from "./link-proxy.ts";
import { requireLoopback } from "./loopback.ts";

const DISCONNECT_MS = 100;

/** What ioredis takes as `Connector`. */
type ConnectorClass = new (options: unknown) => AbstractConnector;

/** Connects from `localAddress` to the host and port of the options. */
export function connectorFrom(localAddress: string): ConnectorClass {
  return class extends AbstractConnector {
    private readonly server: Target;

    constructor(options: unknown) {
      super(DISCONNECT_MS);
      this.server = options as Target;
    }

    override async connect(): Promise<net.Socket> {
      this.connecting = true;
      this.stream = open(this.server, localAddress, (error) => {
        this.firstError = error;
      });
      return this.stream as net.Socket;
    }
  };
}

/** Connects from `localAddress` to the primary that the first sentinel names that answers in time. */
export function connectorBySentinels(
  localAddress: string,
  of: {
    readonly sentinels: readonly Target[];
    readonly group: string;
    readonly timeoutMs: number;
  },
): ConnectorClass {
  /** A sentinel that answered stays the first. */
  let first = 0;
  const ask = async (): Promise<Target> => {
    for (let asked = 0; asked < of.sentinels.length; asked++) {
      const at = (first + asked) % of.sentinels.length;
      const answer = await primaryBy(of.sentinels[at] as Target, localAddress, of);
      if (answer === null) continue;
      first = at;
      return answer;
    }
    throw new Error("no sentinel answers");
  };
  return class extends AbstractConnector {
    constructor() {
      super(DISCONNECT_MS);
    }

    override async connect(): Promise<net.Socket> {
      this.connecting = true;
      const target = await ask();
      if (!this.connecting) throw new Error("disconnected");
      this.stream = open(target, localAddress, (error) => {
        this.firstError = error;
      });
      return this.stream as net.Socket;
    }
  };
}

function open({ host, port }: Target, localAddress: string, failed: (error: Error) => void) {
  requireLoopback(host);
  const stream = net.connect({ host, port, localAddress });
  stream.once("error", failed);
  return stream;
}

async function primaryBy(
  sentinel: Target,
  localAddress: string,
  { group, timeoutMs }: { readonly group: string; readonly timeoutMs: number },
): Promise<Target | null> {
  const redis = new Redis({
    host: sentinel.host,
    port: sentinel.port,
    Connector: connectorFrom(localAddress),
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: null,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    disconnectTimeout: DISCONNECT_MS,
  });
  redis.on("error", () => undefined);
  try {
    const answer = await redis.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", group);
    const [host = "", port = ""] = answer as string[];
    return { host, port: Number(port) };
  } catch {
    return null;
  } finally {
    redis.disconnect();
  }
}
