/** A connection to a server for the twin itself: past the proxy, so that no cut of a link stops it. */
import { Redis } from "ioredis";
import type { Target } from "./link-proxy.ts";
import { requireLoopback } from "./loopback.ts";

/** Opens lazily; fails instead of connecting again, for a server that died stays dead. */
export function connectAdmin({ host, port }: Target): Redis {
  requireLoopback(host);
  const redis = new Redis({
    host,
    port,
    lazyConnect: true,
    enableReadyCheck: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: null,
    disconnectTimeout: 100,
  });
  // Every command says so itself when it fails.
  redis.on("error", () => undefined);
  return redis;
}
