/** A replica that was held still, and what its main thread takes to apply what its primary wrote meanwhile. */
import { MeasuredServer, until } from "./servers.ts";

const BATCH = 1000;
const KEYS = 100_000;

/** Main-thread time of a server so far, s. */
async function mainThreadSeconds(server: MeasuredServer): Promise<number> {
  const text = await server.redis.info("cpu");
  const read = (word: string): number => Number(new RegExp(`${word}:([\\d.]+)`).exec(text)?.[1]);
  return read("used_cpu_sys_main_thread") + read("used_cpu_user_main_thread");
}

const offsetOf = async (server: MeasuredServer, word: string): Promise<number> =>
  Number(
    new RegExp(`${word}:(\\d+)`).exec(String(await server.redis.info("replication")))?.[1] ?? -1,
  );

/**
 * So many SETs of values of so many bytes, written while the replica stands still. By processor time, so that what else
 * runs on the machine does not count; the wall's time is told beside it.
 */
export async function applyRate(writes: number, valueBytes: number) {
  const primary = await MeasuredServer.start({
    "client-output-buffer-limit": "replica 0 0 0",
    "repl-diskless-sync-delay": 0,
  });
  const replica = await MeasuredServer.start();
  await replica.redis.call("REPLICAOF", "127.0.0.1", primary.port);
  await until("the replica is up", async () =>
    (await replica.redis.info("replication")).includes("master_link_status:up"),
  );
  const value = "v".repeat(valueBytes);
  const write = async (count: number): Promise<void> => {
    for (let from = 0; from < count; from += BATCH) {
      const commands = Array.from({ length: BATCH }, (_, i) => [
        "set",
        `key:${String((from + i) % KEYS).padStart(7, "0")}`,
        value,
      ]);
      await primary.redis.pipeline(commands).exec();
    }
  };
  const caughtUp = async (): Promise<boolean> =>
    (await offsetOf(replica, "slave_repl_offset")) >=
    (await offsetOf(primary, "master_repl_offset"));
  // The keys are there, and the stream has started.
  await write(KEYS);
  await until("the replica has the keys", caughtUp);
  const cpuBefore = await mainThreadSeconds(replica);
  replica.signal("SIGSTOP");
  await write(writes);
  const begin = performance.now();
  replica.signal("SIGCONT");
  await until("the replica has caught up", caughtUp);
  const seconds = (performance.now() - begin) / 1000;
  const cpuSeconds = (await mainThreadSeconds(replica)) - cpuBefore;
  primary.remove();
  replica.remove();
  return {
    writes,
    valueBytes,
    perCpuSecond: Math.round(writes / cpuSeconds),
    perSecond: Math.round(writes / seconds),
  };
}
