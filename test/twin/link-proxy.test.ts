import net from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { LinkProxy } from "../../src/twin/link-proxy.ts";
import { loopback } from "../../src/twin/loopback.ts";

const undos: (() => void)[] = [];
afterEach(() => {
  while (undos.length > 0) undos.pop()?.();
});

/** A server `s` that sends back what it gets, behind a proxy. */
async function openEcho() {
  const server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => socket.write(chunk));
  });
  const sockets: net.Socket[] = [];
  const host = loopback(2);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  undos.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const proxy = new LinkProxy();
  undos.push(() => proxy.close());
  const { port: target } = server.address() as net.AddressInfo;
  const port = await proxy.open(host, "s", { host, port: target });
  return { proxy, host, port, sockets };
}

/** A client that connects from an address of its own. */
async function connectFrom(address: string, { host, port }: { host: string; port: number }) {
  const socket = net.connect({ host, port, localAddress: address });
  undos.push(() => socket.destroy());
  const client = { socket, got: "", ended: "" };
  socket.on("data", (chunk) => {
    client.got += String(chunk);
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    client.ended = error.code ?? "error";
  });
  socket.on("end", () => {
    client.ended ||= "end";
  });
  await new Promise((resolve) => socket.once("connect", resolve).once("close", resolve));
  return client;
}

const soon = (holds: () => boolean): Promise<void> =>
  expect.poll(holds, { timeout: 2000, interval: 5 }).toBe(true);
const QUIET_MS = 100;

async function openTwo() {
  const echo = await openEcho();
  const [a, b] = [loopback(3), loopback(4)];
  echo.proxy.know(a, "a");
  echo.proxy.know(b, "b");
  const clients = { a: await connectFrom(a, echo), b: await connectFrom(b, echo) };
  await soon(() => echo.sockets.length === 2);
  return { ...echo, ...clients, address: { a, b } };
}

describe("LinkProxy", () => {
  test("passes on what is sent, both ways, in order", async () => {
    const { a } = await openTwo();
    for (let i = 0; i < 100; i++) a.socket.write(`${i},`);
    const all = Array.from({ length: 100 }, (_, i) => `${i},`).join("");
    await soon(() => a.got === all);
  });

  test("a cut is silent for one pair and leaves the others alone", async () => {
    const { proxy, a, b } = await openTwo();
    proxy.cut("s", "a");
    a.socket.write("lost?");
    b.socket.write("fine");
    await soon(() => b.got === "fine");
    await wait(QUIET_MS);
    expect({ got: a.got, ended: a.ended }).toEqual({ got: "", ended: "" });
  });

  test("what was on its way when the link was cut arrives once it has healed, in order", async () => {
    const { proxy, a } = await openTwo();
    proxy.cut("a", "s");
    a.socket.write("one ");
    await wait(QUIET_MS);
    a.socket.write("two");
    proxy.heal("s", "a");
    await soon(() => a.got === "one two");
  });

  test("stays cut until every cut of the pair has healed", async () => {
    const { proxy, a } = await openTwo();
    proxy.cut("a", "s");
    proxy.cut("a", "s");
    a.socket.write("x");
    proxy.heal("a", "s");
    await wait(QUIET_MS);
    expect(a.got).toBe("");
    proxy.heal("a", "s");
    await soon(() => a.got === "x");
  });

  test("a connection opened during a cut goes nowhere until it heals", async () => {
    const { proxy, host, port, sockets, address } = await openTwo();
    const before = sockets.length;
    proxy.cut("a", "s");
    const late = await connectFrom(address.a, { host, port });
    late.socket.write("late");
    await wait(QUIET_MS);
    expect({ got: late.got, servers: sockets.length - before }).toEqual({ got: "", servers: 0 });
    proxy.heal("a", "s");
    await soon(() => late.got === "late");
  });

  test("an end that closed during the cut is heard of when it heals; what it had sent is gone", async () => {
    const { proxy, a, sockets } = await openTwo();
    a.socket.write("before");
    await soon(() => a.got === "before");
    const mine = sockets.find((socket) => socket.bytesRead > 0) as net.Socket;
    proxy.cut("a", "s");
    a.socket.write("after");
    a.socket.destroy();
    await wait(QUIET_MS);
    expect({ closed: mine.destroyed, read: mine.bytesRead }).toEqual({ closed: false, read: 6 });
    proxy.heal("a", "s");
    await soon(() => mine.destroyed);
    expect(mine.bytesRead).toBe(6);
  });

  test("delays what is sent, each way, until it is taken back", async () => {
    const { proxy, a } = await openTwo();
    const undo = proxy.delay("a", "s", 60);
    const sentAt = performance.now();
    a.socket.write("slow");
    await soon(() => a.got === "slow");
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(115);
    undo();
    const again = performance.now();
    a.socket.write("!");
    await soon(() => a.got === "slow!");
    expect(performance.now() - again).toBeLessThan(60);
  });

  test("jitter does not turn the order around", async () => {
    const { proxy, a } = await openTwo();
    proxy.delay("a", "s", 1, 20);
    const all = Array.from({ length: 20 }, (_, i) => `${i},`);
    for (const text of all) {
      a.socket.write(text);
      await wait(2);
    }
    await soon(() => a.got === all.join(""));
  });

  test("passes on the end of a server, after all that it had sent", async () => {
    const { a, sockets } = await openTwo();
    a.socket.write("hello");
    await soon(() => a.got === "hello");
    for (const socket of sockets) socket.end("bye");
    await soon(() => a.ended === "end");
    expect(a.got).toBe("hellobye");
  });

  test("refuses connections to a name that is gone, as its kernel would", async () => {
    const { proxy, host, port, address } = await openTwo();
    proxy.refuse("s");
    const client = await connectFrom(address.a, { host, port });
    expect(client.ended).toBe("ECONNREFUSED");
  });

  test("binds to loopback and to nothing else", () => {
    const proxy = new LinkProxy();
    const target = { host: loopback(2), port: 1 };
    expect(() => proxy.open("0.0.0.0", "s", target)).toThrow("stays on loopback");
    expect(() => proxy.open(loopback(2), "s", { host: "192.0.2.1", port: 1 })).toThrow(
      "stays on loopback",
    );
  });

  test("a limit lets so many bytes a second pass, each way, until it is taken away", async () => {
    const { proxy, a } = await openTwo();
    const undo = proxy.limit("s", "a", 100_000);
    const begin = performance.now();
    a.socket.write("x".repeat(30_000));
    await soon(() => a.got.length === 30_000);
    // There and back again: 0.3 s each, of which the second overlaps as far as chunks allow.
    expect(performance.now() - begin).toBeGreaterThan(300);
    undo();
    const free = performance.now();
    a.socket.write("x".repeat(30_000));
    await soon(() => a.got.length === 60_000);
    expect(performance.now() - free).toBeLessThan(300);
  });

  test("what is lost comes later, in order, and nothing is missing", async () => {
    const { proxy, a, b } = await openTwo();
    const undo = proxy.lose("s", "a", { share: 0.99, burst: 1 });
    const begin = performance.now();
    a.socket.write("1,");
    await wait(5);
    undo();
    a.socket.write("2,");
    b.socket.write("b");
    await soon(() => b.got === "b");
    await soon(() => a.got === "1,2,");
    expect(performance.now() - begin).toBeGreaterThan(195);
  });
});
