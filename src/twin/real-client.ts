/**
 * A client host: ioredis, with the scenario's settings.
 *
 * One connection per node (to a group that sentinels watch: one, to its primary), on which commands follow each other without waiting, unlike the model's pools. ioredis does
 * not retry by itself here: attempts, backoff and refreshes on error are the scenario's.
 */
import { setTimeout as wait } from "node:timers/promises";
import { Cluster, Redis } from "ioredis";
import type { Nanos } from "../base/nanos.ts";
import {
  HIT_HIT,
  HIT_MISS,
  HIT_NONE,
  OUTCOME_FAIL,
  OUTCOME_INFO,
  OUTCOME_OK,
} from "../journal/operation-columns.ts";
import type { Stream } from "../kernel/streams.ts";
import type { ClientSettings } from "../model/client/client-settings.ts";
import { SENTINEL_CLIENT } from "../model/client/sentinel-router.ts";
import { connectorBySentinels, connectorFrom } from "./connectors.ts";
import { valueWith } from "./executions.ts";
import type { Target } from "./link-proxy.ts";
import { requireLoopback } from "./loopback.ts";
import type { PlannedRequest } from "./plan-traffic.ts";
import { ServerUnavailable } from "./server-binary.ts";

export interface Performed {
  readonly outcome: number;
  readonly hit: number;
  readonly attempts: number;
}

const milliseconds = (ns: Nanos): number => Math.max(1, Math.round(ns / 1e6));
const CLUSTER_RETRY_MS = 50;
const CONNECT_LOOK_MS = 20;
const CONNECT_MS_MAX = 10_000;

/** A server that answers so has not executed the command. */
const REFUSALS =
  /^(MOVED|CLUSTERDOWN|READONLY|LOADING|MASTERDOWN|TRYAGAIN|NOREPLICAS|OOM|Too many)/;

export class RealClient {
  private readonly redis: Cluster | Redis;
  private refreshedAt = Number.NEGATIVE_INFINITY;

  /**
   * @param address - where its connections come from: by it the proxy knows them
   * @param servers - nodes of a cluster, or the sentinels of `group`
   */
  constructor(
    address: string,
    servers: { readonly targets: readonly Target[]; readonly group: string | null },
    private readonly settings: ClientSettings,
    private readonly backoff: Stream,
  ) {
    requireLoopback(address);
    const { targets, group } = servers;
    this.redis =
      group === null
        ? clusterClient(address, targets, settings)
        : sentinelClient(address, { sentinels: targets, group }, settings);
    this.redis.on("error", () => undefined);
  }

  /**
   * Waits until the servers can be used: ioredis tries again by itself where a busy machine answers late.
   *
   * @throws ServerUnavailable when that takes longer than `CONNECT_MS_MAX`
   */
  async connect(): Promise<void> {
    let last = "no answer";
    const noted = (error: Error): void => {
      last = error.message;
    };
    this.redis.connect().catch(noted);
    for (let waitedMs = 0; this.redis.status !== "ready"; waitedMs += CONNECT_LOOK_MS) {
      if (waitedMs >= CONNECT_MS_MAX) {
        const limit = `${CONNECT_MS_MAX / 1000} s`;
        throw new ServerUnavailable(
          `a client could not reach its servers within ${limit} (${last}), expected a machine that is less busy`,
        );
      }
      await wait(CONNECT_LOOK_MS);
    }
  }

  disconnect(): void {
    this.redis.disconnect();
  }

  /** Performs a request, with all attempts that the scenario grants. */
  async perform(request: PlannedRequest): Promise<Performed> {
    const { retry, commandTimeoutNs } = this.settings;
    let maybeExecuted = false;
    for (let attempts = 1; ; attempts++) {
      try {
        const reply = await within(milliseconds(commandTimeoutNs), this.send(request));
        const hit = request.isSet ? HIT_NONE : reply === null ? HIT_MISS : HIT_HIT;
        return { outcome: OUTCOME_OK, hit, attempts };
      } catch (error) {
        maybeExecuted ||= request.isSet && !REFUSALS.test((error as Error).message);
        this.refreshOnError();
        if (attempts > retry.max) {
          const outcome = maybeExecuted ? OUTCOME_INFO : OUTCOME_FAIL;
          return { outcome, hit: HIT_NONE, attempts };
        }
        await wait(this.backoffNs(attempts) / 1e6, undefined, { ref: false });
      }
    }
  }

  private send({ isSet, id, keyName, valueBytes, ttlMs }: PlannedRequest): Promise<unknown> {
    if (!isSet) return this.redis.get(keyName);
    const value = valueWith(id, valueBytes);
    return ttlMs === null
      ? this.redis.set(keyName, value)
      : this.redis.set(keyName, value, "PX", ttlMs);
  }

  private backoffNs(attempts: number): Nanos {
    const { backoffMinNs, backoffMaxNs, jitter, addedNs } = this.settings.retry;
    const limit = Math.min(backoffMaxNs, backoffMinNs * 2 ** (attempts - 1));
    if (jitter === "full") return Math.floor(this.backoff.next() * (limit + 1));
    return jitter === "none" ? limit : limit + Math.floor(this.backoff.next() * (addedNs + 1));
  }

  private refreshOnError(): void {
    const { onError, minIntervalNs } = this.settings.topologyRefresh;
    const now = performance.now();
    if (!onError || now - this.refreshedAt < minIntervalNs / 1e6) return;
    this.refreshedAt = now;
    if (this.redis instanceof Cluster) this.redis.refreshSlotsCache();
  }
}

/** The command's own timeout does not run while ioredis waits for a connection; this one does. */
function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("no answer in time")), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** As in the model, a timeout closes its connection. */
const connectionOptions = (settings: ClientSettings) => ({
  connectTimeout: milliseconds(settings.connectTimeoutNs),
  commandTimeout: milliseconds(settings.commandTimeoutNs),
  socketTimeout: milliseconds(settings.commandTimeoutNs),
  autoResendUnfulfilledCommands: false,
  disconnectTimeout: 100,
});

function clusterClient(
  address: string,
  servers: readonly Target[],
  settings: ClientSettings,
): Cluster {
  const { everyNs } = settings.topologyRefresh;
  return new Cluster([...servers], {
    lazyConnect: true,
    clusterRetryStrategy: () => CLUSTER_RETRY_MS,
    maxRedirections: settings.maxRedirects,
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    slotsRefreshTimeout: milliseconds(settings.commandTimeoutNs),
    ...(everyNs === null ? {} : { slotsRefreshInterval: milliseconds(everyNs) }),
    redisOptions: { Connector: connectorFrom(address), ...connectionOptions(settings) },
  });
}

/** Before it connects it asks a sentinel, and again after a pause while the node that is named does not answer. */
function sentinelClient(
  address: string,
  of: { readonly sentinels: readonly Target[]; readonly group: string },
  settings: ClientSettings,
): Redis {
  const { timeoutNs, retryNs } = settings.sentinel ?? SENTINEL_CLIENT;
  return new Redis({
    ...connectionOptions(settings),
    Connector: connectorBySentinels(address, { ...of, timeoutMs: milliseconds(timeoutNs) }),
    lazyConnect: true,
    enableReadyCheck: false,
    maxRetriesPerRequest: null,
    retryStrategy: () => milliseconds(retryNs),
    reconnectOnError: ({ message }) => message.startsWith("READONLY"),
  });
}
