import { describe, expect, it } from "vitest";
import { inOrder } from "../../src/cli/in-order.ts";

/** Tasks that end when the test says so. */
function tasks() {
  const ends = new Map<number, { answer(): void; fail(error: Error): void }>();
  const start = (item: number): Promise<string> =>
    new Promise((resolve, reject) => {
      ends.set(item, { answer: () => resolve(`answer ${item}`), fail: reject });
    });
  return { ends, start, started: () => [...ends.keys()] };
}

describe("inOrder()", () => {
  it("yields in the order of the items, whatever ends first", async () => {
    const { ends, start } = tasks();
    const answers = inOrder([1, 2, 3], 3, start);
    const read: unknown[] = [answers.next(), answers.next(), answers.next()];
    for (const item of [3, 1, 2]) ends.get(item)?.answer();
    const values = (await Promise.all(read)).map((one) => (one as { value: string }).value);
    expect(values).toEqual(["answer 1", "answer 2", "answer 3"]);
  });

  it("has at most `width` under way, and asks for no item before its time", async () => {
    const { ends, start, started } = tasks();
    function* endless() {
      for (let i = 1; ; i++) yield i;
    }
    const answers = inOrder(endless(), 2, start);
    const first = answers.next();
    expect(started()).toEqual([1, 2]);
    ends.get(1)?.answer();
    expect(await first).toEqual({ done: false, value: "answer 1" });
    expect(started()).toEqual([1, 2]);
    const second = answers.next();
    await Promise.resolve();
    expect(started()).toEqual([1, 2, 3]);
    ends.get(2)?.answer();
    expect((await second).value).toBe("answer 2");
  });

  it("throws what failed when its turn comes, and a failure behind it is nobody's", async () => {
    const { ends, start } = tasks();
    const answers = inOrder([1, 2, 3], 3, start);
    const first = answers.next();
    ends.get(3)?.fail(new Error("third"));
    ends.get(2)?.fail(new Error("second"));
    ends.get(1)?.answer();
    expect((await first).value).toBe("answer 1");
    await expect(answers.next()).rejects.toThrow("second");
    expect(await answers.next()).toEqual({ done: true, value: undefined });
  });
});
