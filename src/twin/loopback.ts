/** Addresses of this machine that no other machine can reach. */
import net from "node:net";
import { invariant } from "../base/invariant.ts";
import { ServerUnavailable } from "./server-binary.ts";

/** Nothing here listens on, or talks to, any other address. */
export function requireLoopback(host: string): void {
  invariant(net.isIPv4(host) && host.startsWith("127."), "a twin stays on loopback", { host });
}

/** Address number `n` of this machine, 1 to 254. */
export function loopback(n: number): string {
  invariant(Number.isInteger(n) && n >= 1 && n <= 254, "a loopback address has a last byte", { n });
  return `127.0.0.${n}`;
}

/** A port that was free a moment ago, by the kernel's choice. */
export function freePort(host: string): Promise<number> {
  requireLoopback(host);
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", ({ code = "" }: NodeJS.ErrnoException) =>
      reject(new ServerUnavailable(`nothing can listen on ${host} (${code}), expected loopback`)),
    );
    server.listen(0, host, () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
