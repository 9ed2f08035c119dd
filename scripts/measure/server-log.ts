/** The log of redis-server: lines such as `1234:M 25 Nov 2026 22:55:20.123 # FAIL message received`. */

export interface ServerLogLine {
  /** ms since 1970. */
  readonly at: number;
  readonly text: string;
}

export function parseServerLog(log: string): ServerLogLine[] {
  return log.split("\n").flatMap((line) => {
    const found = /^\d+:\w (\d+ \w+ \d+ \d+:\d+:\d+\.\d+) . (.*)$/.exec(line);
    const [, time = "", text = ""] = found ?? [];
    return found === null ? [] : [{ at: Date.parse(time), text }];
  });
}
