/**
 * What client libraries do when nobody sets anything: the words of `client:` that a preset stands for. A word that a
 * scenario writes wins. Where the client of a cluster and that of one endpoint differ, a figure names its cluster mode.
 */

export interface PresetFigure {
  /** The word under `client:`, with a dot before that of an inner object. */
  readonly word: string;
  readonly value: string | number | boolean | readonly string[];
  /** With which cluster mode alone; without it, with both. */
  readonly clusterMode?: "enabled" | "disabled";
  readonly source: string;
}

export interface ClientPreset {
  readonly preset: string;
  readonly version: string;
  readonly figures: readonly PresetFigure[];
}

/** In place of "no limit": more than a simulated host will have in flight. */
const UNLIMITED = 10_000;

const figure = (
  word: string,
  value: PresetFigure["value"],
  source: string,
  clusterMode?: PresetFigure["clusterMode"],
): PresetFigure => ({ word, value, source, ...(clusterMode === undefined ? {} : { clusterMode }) });

const ioredisOptions = "redis/ioredis 6.0.0 lib/redis/RedisOptions.ts";
const ioredisCluster = "redis/ioredis 6.0.0 lib/cluster/ClusterOptions.ts";

const ioredis: ClientPreset = {
  preset: "ioredis",
  version: "6.0.0",
  figures: [
    figure("connections", 1, "redis/ioredis 6.0.0 lib/cluster/ConnectionPool.ts: one per node"),
    figure(
      "pipeline",
      UNLIMITED,
      "redis/ioredis 6.0.0 lib/Redis.ts sendCommand: written at once, however many are in flight",
    ),
    figure("connectTimeout", "10s", `${ioredisOptions}: connectTimeout 10000`),
    figure("commandTimeout", "never", `${ioredisOptions}: no commandTimeout, no socketTimeout`),
    figure("retry.max", 20, `${ioredisOptions}: maxRetriesPerRequest 20`, "disabled"),
    figure("retry.max", 16, `${ioredisCluster}: maxRedirections 16 counts errors too`, "enabled"),
    figure("retry.backoff", "50ms..5s", `${ioredisOptions}: retryStrategy`, "disabled"),
    figure(
      "retry.jitter",
      "200ms",
      `${ioredisOptions}: retryStrategy adds 0 to 200 ms`,
      "disabled",
    ),
    figure(
      "retry.backoff",
      "100ms..100ms",
      `${ioredisCluster}: retryDelayOnFailover 100`,
      "enabled",
    ),
    figure(
      "retry.jitter",
      "none",
      `${ioredisCluster}: retryDelayOnFailover is constant`,
      "enabled",
    ),
    figure("retry.afterTimeout", false, "redis/ioredis 6.0.0 lib/Command.ts setTimeout: rejects"),
    figure("retry.errors", [], `${ioredisOptions}: no reconnectOnError`, "disabled"),
    figure(
      "retry.errors",
      ["TRYAGAIN", "CLUSTERDOWN"],
      "redis/ioredis 6.0.0 lib/cluster/index.ts handleError: other errors reach the caller",
      "enabled",
    ),
    figure("maxRedirects", 16, `${ioredisCluster}: maxRedirections 16`, "enabled"),
    figure(
      "topologyRefresh.every",
      "never",
      `${ioredisCluster}: no slotsRefreshInterval`,
      "enabled",
    ),
    figure(
      "topologyRefresh.onError",
      true,
      "redis/ioredis 6.0.0 lib/cluster/index.ts handleError: refreshSlotsCache",
      "enabled",
    ),
    figure(
      "topologyRefresh.minInterval",
      "100ms",
      `${ioredisCluster}: retryDelayOnFailover 100, one refresh for all that wait`,
      "enabled",
    ),
  ],
};

const nodeRedisSocket = "redis/node-redis client 6.3.1 packages/client/lib/client/socket.ts";
const nodeRedisQueue = "redis/node-redis client 6.3.1 packages/client/lib/client/commands-queue.ts";

const nodeRedis: ClientPreset = {
  preset: "node-redis",
  version: "6.3.1",
  figures: [
    figure(
      "connections",
      1,
      "redis/node-redis docs/client-configuration.md: one socket per client",
    ),
    figure("pipeline", UNLIMITED, `${nodeRedisQueue}: no commandsQueueMaxLength`),
    figure("connectTimeout", "5s", `${nodeRedisSocket}: connectTimeout 5000`),
    figure(
      "commandTimeout",
      "5s",
      "redis/node-redis client 6.3.1 packages/client/lib/defaults.ts: DEFAULT_COMMAND_TIMEOUT",
    ),
    figure(
      "commandTimeoutCovers",
      "waiting",
      "redis/node-redis docs/command-options.md: commands not yet written to the socket",
    ),
    figure(
      "retry.max",
      20,
      `${nodeRedisSocket}: reconnects until the command's timeout; 20 at most here`,
    ),
    figure("retry.backoff", "50ms..2s", `${nodeRedisSocket}: defaultReconnectStrategy`),
    figure(
      "retry.jitter",
      "200ms",
      `${nodeRedisSocket}: defaultReconnectStrategy adds 0 to 200 ms`,
    ),
    figure(
      "retry.afterSent",
      false,
      `${nodeRedisQueue}: flushWaitingForReply rejects what was sent`,
    ),
    figure("retry.afterTimeout", false, `${nodeRedisQueue}: a timeout rejects`),
    figure(
      "retry.errors",
      [],
      "redis/node-redis client 6.3.1 packages/client/lib/cluster/index.ts _execute: follows MOVED and ASK alone",
    ),
    figure(
      "maxRedirects",
      16,
      "redis/node-redis client 6.3.1 packages/client/lib/cluster/index.ts: maxCommandRedirections 16",
      "enabled",
    ),
    figure(
      "topologyRefresh.every",
      "never",
      "redis/node-redis client 6.3.1 packages/client/lib/cluster/cluster-slots.ts: only rediscovers",
      "enabled",
    ),
    figure(
      "topologyRefresh.onError",
      true,
      "redis/node-redis client 6.3.1 packages/client/lib/cluster/cluster-slots.ts: rediscover",
      "enabled",
    ),
    figure(
      "topologyRefresh.afterFailingFor",
      "5s",
      "redis/node-redis client 6.3.1 packages/client/lib/cluster/cluster-reconnection-tracker.ts: 5000",
      "enabled",
    ),
  ],
};

const lettuceRefresh =
  "redis/lettuce 7 src/main/java/io/lettuce/core/cluster/ClusterTopologyRefreshOptions.java";

const lettuce: ClientPreset = {
  preset: "lettuce",
  version: "7",
  figures: [
    figure(
      "connections",
      1,
      "redis/lettuce 7 src/main/java/io/lettuce/core/cluster/PooledClusterConnectionProvider.java: one per node, shared",
    ),
    figure(
      "pipeline",
      UNLIMITED,
      "redis/lettuce 7 ClientOptions.java: requestQueueSize is unlimited",
    ),
    figure(
      "connectTimeout",
      "10s",
      "redis/lettuce 7 src/main/java/io/lettuce/core/SocketOptions.java: DEFAULT_CONNECT_TIMEOUT 10",
    ),
    figure(
      "commandTimeout",
      "60s",
      "redis/lettuce 7 src/main/java/io/lettuce/core/RedisURI.java: DEFAULT_TIMEOUT 60, what the synchronous API waits; TimeoutOptions.java: none else",
    ),
    figure(
      "retry.max",
      20,
      "redis/lettuce 7 ClientOptions.java: autoReconnect sends commands again until their timeout; 20 at most here",
    ),
    figure(
      "retry.backoff",
      "1ms..30s",
      "redis/lettuce 7 src/main/java/io/lettuce/core/resource/Delay.java: 2^n ms up to 30 s",
    ),
    figure(
      "retry.jitter",
      "none",
      "redis/lettuce 7 resource/DefaultClientResources.java: exponential",
    ),
    figure(
      "retry.afterTimeout",
      false,
      "redis/lettuce 7: RedisCommandTimeoutException reaches the caller",
    ),
    figure(
      "retry.errors",
      [],
      "redis/lettuce 7 src/main/java/io/lettuce/core/cluster/ClusterCommand.java: follows MOVED and ASK alone",
    ),
    figure(
      "maxRedirects",
      5,
      "redis/lettuce 7 src/main/java/io/lettuce/core/cluster/ClusterClientOptions.java: DEFAULT_MAX_REDIRECTS 5",
      "enabled",
    ),
    figure(
      "topologyRefresh.every",
      "never",
      `${lettuceRefresh}: DEFAULT_PERIODIC_REFRESH_ENABLED false`,
      "enabled",
    ),
    figure(
      "topologyRefresh.onError",
      true,
      `${lettuceRefresh}: DEFAULT_ADAPTIVE_REFRESH_TRIGGERS all, since 7.0`,
      "enabled",
    ),
    figure(
      "topologyRefresh.afterFailures",
      5,
      `${lettuceRefresh}: DEFAULT_REFRESH_TRIGGERS_RECONNECT_ATTEMPTS 5`,
      "enabled",
    ),
    figure(
      "topologyRefresh.minInterval",
      "30s",
      `${lettuceRefresh}: DEFAULT_ADAPTIVE_REFRESH_TIMEOUT 30`,
      "enabled",
    ),
  ],
};

const redisPyDefaults = "redis/redis-py 8.1.0 redis/_defaults.py";

const redisPy: ClientPreset = {
  preset: "redis-py",
  version: "8.1.0",
  figures: [
    figure("connections", 100, "redis/redis-py 8.1.0 redis/connection.py ConnectionPool: 100"),
    figure("pipeline", 1, "redis/redis-py 8.1.0 redis/client.py: a connection for each command"),
    figure("connectTimeout", "5s", `${redisPyDefaults}: DEFAULT_SOCKET_CONNECT_TIMEOUT 5`),
    figure("commandTimeout", "5s", `${redisPyDefaults}: DEFAULT_SOCKET_TIMEOUT 5`),
    figure("retry.max", 10, `${redisPyDefaults}: DEFAULT_RETRY_COUNT 10`),
    figure(
      "retry.backoff",
      "20ms..1s",
      `${redisPyDefaults}: DEFAULT_RETRY_BASE 0.01 doubled by the first failure, DEFAULT_RETRY_CAP 1`,
    ),
    figure(
      "retry.jitter",
      "full",
      "redis/redis-py 8.1.0 redis/backoff.py: ExponentialWithJitterBackoff draws from 0",
    ),
    figure(
      "retry.errors",
      ["LOADING"],
      "redis/redis-py 8.1.0 redis/exceptions.py: BusyLoadingError is a ConnectionError, other errors are not",
      "disabled",
    ),
    figure(
      "retry.errors",
      ["LOADING", "CLUSTERDOWN", "TRYAGAIN"],
      "redis/redis-py 8.1.0 redis/cluster.py: handles TryAgainError and ClusterDownError too",
      "enabled",
    ),
    figure(
      "maxRedirects",
      16,
      "redis/redis-py 8.1.0 redis/cluster.py: RedisClusterRequestTTL 16",
      "enabled",
    ),
    figure(
      "topologyRefresh.every",
      "never",
      "redis/redis-py 8.1.0 redis/cluster.py: only reinitializes",
      "enabled",
    ),
    figure(
      "topologyRefresh.onError",
      true,
      "redis/redis-py 8.1.0 redis/cluster.py: ConnectionError and TimeoutError reinitialize",
      "enabled",
    ),
  ],
};

const goRedisOptions = "redis/go-redis v9 options.go";
const goRedisCluster = "redis/go-redis v9 osscluster.go";

const goRedis: ClientPreset = {
  preset: "go-redis",
  version: "9",
  figures: [
    figure("connections", 40, `${goRedisOptions}: PoolSize 10 x GOMAXPROCS, 4 here`, "disabled"),
    figure("connections", 20, `${goRedisCluster}: PoolSize 5 x GOMAXPROCS, 4 here`, "enabled"),
    figure("pipeline", 1, `${goRedisOptions}: a connection for each command`),
    figure("connectTimeout", "5s", `${goRedisOptions}: DialTimeout 5 s`),
    figure("commandTimeout", "3s", `${goRedisOptions}: ReadTimeout 3 s`),
    figure("retry.max", 3, `${goRedisOptions}: MaxRetries 3`, "disabled"),
    figure("retry.max", 3, `${goRedisCluster}: MaxRedirects 3 counts errors too`, "enabled"),
    figure(
      "retry.backoff",
      "8ms..512ms",
      `${goRedisOptions}: MinRetryBackoff 8 ms, MaxRetryBackoff 512 ms`,
    ),
    figure("retry.jitter", "full", "redis/go-redis v9 internal/internal.go RetryBackoff, about"),
    figure(
      "retry.errors",
      ["LOADING", "READONLY", "CLUSTERDOWN", "TRYAGAIN"],
      "redis/go-redis v9 error.go: shouldRetry",
    ),
    figure("maxRedirects", 3, `${goRedisCluster}: MaxRedirects 3`, "enabled"),
    figure(
      "topologyRefresh.every",
      "10s",
      `${goRedisCluster}: a state older than 10 s is loaded anew`,
      "enabled",
    ),
    figure(
      "topologyRefresh.onError",
      false,
      `${goRedisCluster}: LazyReload on MOVED and READONLY, not when a node cannot be reached`,
      "enabled",
    ),
    figure(
      "topologyRefresh.minInterval",
      "200ms",
      `${goRedisCluster}: LazyReload sleeps 200 ms`,
      "enabled",
    ),
  ],
};

export const clientPresets: readonly ClientPreset[] = [
  ioredis,
  nodeRedis,
  lettuce,
  redisPy,
  goRedis,
];

/** The figures that a preset sets with a cluster mode. */
export function presetFigures(
  preset: string,
  clusterMode: "enabled" | "disabled",
): readonly PresetFigure[] {
  const found = clientPresets.find((candidate) => candidate.preset === preset);
  return (found?.figures ?? []).filter(
    (figureOf) => figureOf.clusterMode === undefined || figureOf.clusterMode === clusterMode,
  );
}
