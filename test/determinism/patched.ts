/** Runs without what an engine settles in its own way: clock, chance, transcendental functions. */
export function withoutTheEngine<T>(act: () => T): T {
  const forbidden = (name: string) => (): never => {
    throw new Error(`${name} is not for a simulation`);
  };
  const exact = new Set(["abs", "ceil", "floor", "round", "trunc", "min", "max", "sign", "imul"]);
  for (const name of ["clz32", "fround", "sqrt"]) exact.add(name);
  const functions = Object.getOwnPropertyNames(Math).filter(
    (name) => typeof Reflect.get(Math, name) === "function" && !exact.has(name),
  );
  const kept = functions.map((name) => [name, Reflect.get(Math, name)] as const);
  const { Date: clock, performance: stopwatch, setTimeout: timer } = globalThis;
  for (const name of functions) Reflect.set(Math, name, forbidden(`Math.${name}`));
  const noDate = Object.assign(forbidden("Date"), { now: forbidden("Date.now") });
  Object.assign(globalThis, { Date: noDate, setTimeout: forbidden("setTimeout") });
  Object.defineProperty(globalThis, "performance", {
    configurable: true,
    get: forbidden("performance"),
  });
  try {
    return act();
  } finally {
    for (const [name, of] of kept) Reflect.set(Math, name, of);
    Object.assign(globalThis, { Date: clock, setTimeout: timer });
    Object.defineProperty(globalThis, "performance", {
      configurable: true,
      writable: true,
      value: stopwatch,
    });
  }
}
