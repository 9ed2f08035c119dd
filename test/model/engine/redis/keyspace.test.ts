import { describe, expect, it } from "vitest";
import { Streams } from "../../../../src/kernel/streams.ts";
import { Eviction } from "../../../../src/model/engine/redis/eviction.ts";
import { Keyspace } from "../../../../src/model/engine/redis/keyspace.ts";

const KEYS = 2000;

function filled(ttlOf: (key: number) => number = () => 0): Keyspace {
  const keyspace = new Keyspace(KEYS, 11);
  for (let key = 0; key < KEYS; key++)
    keyspace.set(key, key + 1, key, 0, ttlOf(key), 100, key * 1e9);
  return keyspace;
}

describe("Keyspace", () => {
  it("accounts the same memory for the same items, whatever happened before", () => {
    const one = filled();
    const other = filled((key) => (key % 2 === 0 ? 5 : 0));
    for (let key = 0; key < KEYS; key++) other.remove(key);
    expect(other.usedBytes).toBe(0);
    for (let key = 0; key < KEYS; key++) other.set(key, 1, 1, 0, 0, 100, 0);
    expect(other.usedBytes).toBe(one.usedBytes);
  });

  it("snapshot() does not follow later writes", () => {
    const keyspace = filled();
    const copy = keyspace.snapshot();
    keyspace.set(3, 999, 1, 0, 0, 50, 0);
    keyspace.remove(4);
    expect(copy.writeId(3)).toBe(4);
    expect(copy.writeId(4)).toBe(5);
    expect(copy.size).toBe(KEYS);
    expect(copy.firstDifference(keyspace)).toBe(3);
  });

  it("draws residents as a plain list would, which fills a gap with its last member", () => {
    const draws = new Streams("1").stream("a", "draws");
    const ours = new Streams("1").stream("b", "choice");
    const theirs = new Streams("1").stream("b", "choice");
    const reference = Array.from({ length: 50 }, (_, key) => key);
    let keyspace = new Keyspace(60, 11);
    for (const key of reference) keyspace.set(key, 1, 0, 0, 0, 100, 0);
    for (let step = 0; step < 2000; step++) {
      const key = draws.nextInt(60);
      const at = reference.indexOf(key);
      if (draws.next() < 0.5) {
        keyspace.set(key, 1, 0, 0, 0, 100, 0);
        if (at < 0) reference.push(key);
      } else {
        keyspace.remove(key);
        const last = at < 0 ? undefined : reference.pop();
        if (last !== undefined && last !== key) reference[at] = last;
      }
      if (step % 100 === 99) {
        const copy = new Keyspace(60, 11);
        copy.load(keyspace.snapshot());
        expect(copy.firstDifference(keyspace)).toBe(-1);
        keyspace = copy;
      }
      expect(keyspace.size).toBe(reference.length);
      if (reference.length > 0)
        expect(keyspace.resident.draw(ours)).toBe(reference[theirs.nextInt(reference.length)]);
    }
  });

  it("isExpired() from the instant of expiry on", () => {
    const keyspace = filled(() => 100);
    expect(keyspace.isExpired(1, 99)).toBe(false);
    expect(keyspace.isExpired(1, 100)).toBe(true);
  });
});

describe("Eviction", () => {
  const stream = () => new Streams("1").stream("node/a", "eviction");

  it("noeviction and a volatile policy without TTLs give up", () => {
    expect(new Eviction("noeviction", stream()).choose(filled(), 0)).toBe(-1);
    expect(new Eviction("volatile-lru", stream()).choose(filled(), 0)).toBe(-1);
  });

  it("volatile policies spare keys without TTL", () => {
    const keyspace = filled((key) => (key % 2 === 0 ? 1e12 + key : 0));
    const eviction = new Eviction("volatile-random", stream());
    for (let i = 0; i < 200; i++) expect(eviction.choose(keyspace, 0) % 2).toBe(0);
  });

  // 500 of 2000 keys go. With exact LRU the mean rank of the evicted would be 250, at random 1000; five samples and a
  // pool of 16 come close to exact: the mean must be nearer to exact than to half way.
  it("allkeys-lru evicts the long idle", () => {
    const keyspace = filled();
    const eviction = new Eviction("allkeys-lru", stream());
    let sum = 0;
    for (let i = 0; i < 500; i++) {
      const key = eviction.choose(keyspace, 0);
      sum += key;
      keyspace.remove(key);
    }
    expect(sum / 500).toBeLessThan(450);
    expect(sum / 500).toBeGreaterThan(249);
  });

  it("volatile-ttl evicts what expires soon", () => {
    const keyspace = filled((key) => 1e9 * (1 + key));
    const eviction = new Eviction("volatile-ttl", stream());
    let sum = 0;
    for (let i = 0; i < 500; i++) {
      const key = eviction.choose(keyspace, 0);
      sum += key;
      keyspace.remove(key);
    }
    expect(sum / 500).toBeLessThan(450);
  });
});
