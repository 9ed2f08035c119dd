import { describe, expect, test } from "vitest";
import { createTerminal, visible } from "../../src/cli/terminal.ts";

const stream = (isTTY = false, columns?: number) => {
  const listeners: ((error: NodeJS.ErrnoException) => void)[] = [];
  return {
    isTTY,
    ...(columns === undefined ? {} : { columns }),
    written: "",
    write(text: string) {
      this.written += text;
    },
    on: (_: "error", listener: (error: NodeJS.ErrnoException) => void) => listeners.push(listener),
    break(code: string) {
      for (const listener of listeners) listener(Object.assign(new Error(code), { code }));
    },
  };
};

describe("createTerminal()", () => {
  test("keeps results and errors apart", () => {
    const [stdout, stderr] = [stream(), stream()];
    const terminal = createTerminal(stdout, stderr, {});
    terminal.out("result\n");
    terminal.err("error");
    expect([stdout.written, stderr.written]).toEqual(["result\n", "error\n"]);
  });

  test("shows progress on a terminal only, and takes it away before other text", () => {
    const piped = stream();
    createTerminal(stream(), piped, {}).progress("10 %");
    expect(piped.written).toBe("");
    const watched = stream(true);
    const terminal = createTerminal(stream(), watched, {});
    terminal.progress("10 %");
    terminal.progress("20 %");
    terminal.err("error");
    terminal.progress(null);
    expect(watched.written).toBe("10 %\r\u001b[K20 %\r\u001b[Kerror\n");
  });

  test("cuts progress to the width of the terminal", () => {
    const watched = stream(true, 10);
    createTerminal(stream(), watched, {}).progress("0123456789abc");
    expect(watched.written).toBe("012345678");
  });

  test("colours a terminal, unless NO_COLOR says otherwise or it is dumb", () => {
    const color = (isTTY: boolean, environment: Record<string, string>): boolean =>
      createTerminal(stream(isTTY), stream(), environment).color;
    expect(color(true, {})).toBe(true);
    expect(color(true, { NO_COLOR: "" })).toBe(true);
    expect(color(true, { NO_COLOR: "1" })).toBe(false);
    expect(color(true, { TERM: "dumb" })).toBe(false);
    expect(color(false, {})).toBe(false);
  });

  test("fills 60 to 100 columns, and 100 where nobody watches", () => {
    const width = (columns?: number): number =>
      createTerminal(stream(true, columns), stream(), {}).width;
    expect([width(), width(20), width(80), width(300)]).toEqual([100, 60, 80, 100]);
  });

  test("goes on in silence when its reader has gone, and says so of any other error", () => {
    const [stdout, stderr] = [stream(), stream()];
    const terminal = createTerminal(stdout, stderr, {});
    stdout.break("EPIPE");
    terminal.out("more");
    expect(stdout.written).toBe("");
    expect(() => stderr.break("ENOSPC")).toThrow("Cannot write results or messages: ENOSPC");
  });

  test("shows control characters of errors instead of sending them", () => {
    const stderr = stream();
    createTerminal(stream(), stderr, {}).err("a\u001b[31mred\nb\u202ec");
    expect(stderr.written).toBe("a\\u001b[31mred\nb\\u202ec\n");
  });
});

test("visible() leaves tabs, line feeds and other scripts alone", () => {
  expect(visible("a\tb\nüñ漢")).toBe("a\tb\nüñ漢");
  expect(visible("\u0000\u009b\r")).toBe("\\u0000\\u009b\\u000d");
});
