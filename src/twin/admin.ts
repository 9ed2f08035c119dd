/** A connection to a server for the twin itself: past the proxy, so that no cut of a link stops it. */
import { Redis } from "ioredis";
import type { Target } from "./link-proxy.ts";
import { requireLoopback } from "./loopback.ts";

const RECONNECT_MS = 20;

/**
 * Opens lazily; fails instead of connecting again, for a server that died stays dead. `reconnects`: a sentinel that
 * promotes a node closes all connections of that node, this one too, and it is opened again.
 */
export function connectAdmin({ host, port }: Target, reconnects = false): Redis {
  requireLoopback(host);
  const redis = new Redis({
    host,
    port,
    lazyConnect: true,
    enableReadyCheck: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: reconnects ? () => RECONNECT_MS : null,
    maxRetriesPerRequest: 0,
    disconnectTimeout: 100,
  });
  // Every command says so itself when it fails.
  redis.on("error", () => undefined);
  return redis;
}
