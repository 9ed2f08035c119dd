/** The words of traffic: what they come to, and one clear error with its place for each that is wrong. */
import { describe, expect, it } from "vitest";
import { SECOND } from "../../src/base/nanos.ts";
import { ScenarioError, type ScenarioProblem } from "../../src/base/scenario-error.ts";
import type { TrafficSettings } from "../../src/model/traffic/traffic-settings.ts";
import { type LoadScenarioOptions, loadScenario } from "../../src/scenario/load.ts";

const scenario = (traffic: string): string => `scenario: words
duration: 10s
regions: { us-east-1: { zones: 3 } }
caches:
  cart:
    type: replication-group
    region: us-east-1
    engine: valkey
    engineVersion: "8.0"
    cacheNodeType: cache.r7g.large
    clusterMode: enabled
    numNodeGroups: 3
    replicasPerNodeGroup: 1
    automaticFailoverEnabled: true
    multiAZEnabled: true
origins: { db: { concurrency: 5, serviceTime: 5ms } }
traffic:
  shop:
    cache: cart
${traffic}
`;

const lines = (words: Readonly<Record<string, string>>): string =>
  Object.entries({ arrivals: "{ rate: 10/s }", keys: "{ count: 10 }", ...words })
    .map(([word, text]) => `    ${word}: ${text}`)
    .join("\n");

function settingsOf(
  words: Readonly<Record<string, string>>,
  options: LoadScenarioOptions = {},
): TrafficSettings {
  return loadScenario(scenario(lines(words)), options).traffic[0] as TrafficSettings;
}

function problemsOf(
  words: Readonly<Record<string, string>>,
  options: LoadScenarioOptions = {},
): readonly ScenarioProblem[] {
  try {
    settingsOf(words, { file: "x.yaml", ...options });
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems;
    throw error;
  }
  return [];
}

type Case = readonly [words: string, path: string, found: RegExp, expected: RegExp];

/** One problem, at the line of the word, below `traffic.shop`. */
function expectProblem(word: string, [text, path, found, expected]: Case): void {
  const problems = problemsOf({ [word]: text });
  expect(problems).toHaveLength(1);
  const [problem] = problems as [ScenarioProblem];
  expect(problem.path).toBe(`traffic.shop.${path}`);
  expect(problem.found).toMatch(found);
  expect(problem.expected).toMatch(expected);
  const text0 = scenario(lines({ [word]: text }));
  const line = text0.slice(0, text0.indexOf(`\n    ${word}:`)).split("\n").length + 1;
  expect(problem).toMatchObject({ file: "x.yaml", line });
  expect(problem.column).toBeGreaterThan(4);
}

describe("arrivals", () => {
  it("come by phases with steps and ramps", () => {
    const text = "{ phases: [{ from: 0s, rate: 5/s }, { from: 2s, rate: 60/min, ramp: 3s }] }";
    expect(settingsOf({ arrivals: text }).arrivals).toEqual({
      kind: "phases",
      phases: [
        { fromNs: 0, perSecond: 5, rampNs: 0 },
        { fromNs: 2 * SECOND, perSecond: 1, rampNs: 3 * SECOND },
      ],
    });
  });

  it("come by the day, which has 24 hours and its peak at noon unless said otherwise", () => {
    const day = { kind: "daily", lowPerSecond: 1, highPerSecond: 9 };
    expect(settingsOf({ arrivals: "{ daily: { low: 1/s, high: 9/s } }" }).arrivals).toEqual({
      ...day,
      peakAtNs: 43_200 * SECOND,
      periodNs: 86_400 * SECOND,
    });
    const text = "{ daily: { low: 1/s, high: 9/s, peakAt: 0s, period: 10s } }";
    expect(settingsOf({ arrivals: text }).arrivals).toEqual({
      ...day,
      peakAtNs: 0,
      periodNs: 10 * SECOND,
    });
  });

  it("come from users who think", () => {
    const text = "{ users: 2k, thinkTime: { uniform: 1s..3s } }";
    expect(settingsOf({ arrivals: text }).arrivals).toEqual({
      kind: "users",
      users: 2000,
      thinkTime: { kind: "uniform", min: SECOND, max: 3 * SECOND },
    });
  });

  it.each<Case>([
    ["{}", "arrivals", /has none of its kinds/, /one of rate, phases, daily, users/],
    [
      "{ rate: 5/s, users: 5, thinkTime: 1s }",
      "arrivals",
      /has rate and users/,
      /one of rate, phases/,
    ],
    ["{ rate: 0/s }", "arrivals.rate", /is "0\/s"/, /a rate above 0/],
    ["{ rate: 5/s, thinkTime: 1s }", "arrivals.thinkTime", /stands beside rate/, /users/],
    ["{ users: 5 }", "arrivals.thinkTime", /is missing/, /"2s"/],
    ["{ users: 0, thinkTime: 1s }", "arrivals.users", /is 0/, /at least 1/],
    ["{ users: 2M, thinkTime: 1s }", "arrivals.users", /is "2M"/, /from 1 to 1M/],
    ["{ users: 5, thinkTime: 0s }", "arrivals.thinkTime", /is "0s"/, /above 0 in the mean/],
    ["{ users: 5, thinkTime: soon }", "arrivals.thinkTime", /is "soon"/, /a duration with a unit/],
    [
      "{ users: 5, thinkTime: { uniform: 3s..1s } }",
      "arrivals.thinkTime",
      /3s\.\.1s/,
      /low to high/,
    ],
    ["{ phases: [] }", "arrivals.phases", /is empty/, /at least one entry/],
    ["{ phases: [{ from: 0s }] }", "arrivals.phases[0]", /lacks "rate"/, /Mean rate/],
    ["{ phases: [{ from: 1s, rate: 5/s }] }", "arrivals.phases[0].from", /is "1s"/, /0s for the/],
    ["{ phases: [{ from: 0s, rate: 0/s }] }", "arrivals.phases", /no rate above 0/, /with traffic/],
    [
      "{ phases: [{ from: 0s, rate: 20M/s }] }",
      "arrivals.phases[0].rate",
      /is "20M\/s"/,
      /at most 10,000,000\/s/,
    ],
    [
      "{ phases: [{ from: 0s, rate: 5/s }, { from: 0s, rate: 6/s }] }",
      "arrivals.phases[1].from",
      /is "0s"/,
      /a time after 0s, when the one before begins/,
    ],
    [
      "{ phases: [{ from: 0s, rate: 5/s, ramp: 3s }, { from: 2s, rate: 6/s }] }",
      "arrivals.phases[1].from",
      /is "2s"/,
      /a time not before 3s, when the ramp before ends/,
    ],
    ["{ daily: { low: 5/s } }", "arrivals.daily", /lacks "high"/, /Highest rate/],
    ["{ daily: { low: 5/s, high: 4/s } }", "arrivals.daily.low", /is "5\/s"/, /at most high: 4\/s/],
    ["{ daily: { low: 0/s, high: 0/s } }", "arrivals.daily.high", /is "0\/s"/, /above 0/],
    [
      "{ daily: { low: 1/s, high: 4/s, period: 10ms } }",
      "arrivals.daily.period",
      /is "10ms"/,
      /at least 1s/,
    ],
    [
      "{ daily: { low: 1/s, high: 4/s, peakAt: 25h } }",
      "arrivals.daily.peakAt",
      /is "25h"/,
      /within the period of 24h/,
    ],
    ["{ phase: [] }", "arrivals.phase", /unknown word/, /"phases"\?/],
  ])("%s is one problem with its place", (...given) => expectProblem("arrivals", given));

  it("enter the estimate of a run's size by their mean", () => {
    const of = (arrivals: string) => problemsOf({ arrivals });
    const burst = "{ phases: [{ from: 0s, rate: 0/s }, { from: 5s, rate: 10k/s }] }";
    expect(of(burst)).toEqual([]);
    const [problem] = of(burst.replace("10k/s", "10M/s").replace("5s", "1s"));
    expect(problem?.found).toContain("90,000,000 requests");
    expect(of("{ users: 1M, thinkTime: 100ms }")[0]?.found).toContain("100,000,000 requests");
  });
});

describe("the origin's words", () => {
  it("leave all as it was: no coalescing, no timeout, no jitter", () => {
    expect(settingsOf({ onMiss: "db" })).toMatchObject({
      coalesce: false,
      originTimeoutNs: null,
      keys: { ttlNs: null, ttlJitter: 0 },
    });
  });

  it.each([
    [{ onMiss: "db", coalesce: "true" }, 30 * SECOND],
    [{ onMiss: "db", arrivals: "{ users: 5, thinkTime: 1s }" }, 30 * SECOND],
    [{ arrivals: "{ users: 5, thinkTime: 1s }" }, null],
    [{ onMiss: "db", originTimeout: "2s" }, 2 * SECOND],
    [{ onMiss: "db", coalesce: "true", originTimeout: "2s" }, 2 * SECOND],
  ])("%j wait %j ns for the origin", (words, timeout) => {
    expect(settingsOf(words as Record<string, string>).originTimeoutNs).toBe(timeout);
  });

  it.each<readonly [string, ...Case]>([
    ["coalesce", "true", "coalesce", /is true/, /onMiss/],
    ["coalesce", "yes please", "coalesce", /"yes please"/, /true or false/],
    ["originTimeout", "2s", "originTimeout", /is "2s"/, /onMiss/],
    [
      "keys",
      "{ count: 5, ttl: 5s, ttlJitter: 100% }",
      "keys.ttlJitter",
      /"100%"/,
      /less than 100%/,
    ],
    ["keys", "{ count: 5, ttlJitter: 10% }", "keys.ttlJitter", /is "10%"/, /ttl: beside it/],
    ["keys", "{ count: 5, ttl: 5s, ttlJitter: 0.1 }", "keys.ttlJitter", /is 0.1/, /a percentage/],
  ])("%s: %s is one problem with its place", (word, ...given) => expectProblem(word, given));

  it("refuse a timeout of nothing", () => {
    const [problem] = problemsOf({ onMiss: "db", originTimeout: "0s" });
    expect(problem).toMatchObject({ path: "traffic.shop.originTimeout", found: 'is "0s"' });
  });
});

describe("hot sets", () => {
  const keys = (hotSet: string): string => `{ count: 10, popularity: { hotSet: ${hotSet} } }`;

  it("are read with and without their further words", () => {
    const of = (text: string) => settingsOf({ keys: keys(text) }).keys.popularity;
    const plain = { kind: "hot-set", share: 0.9, of: 0.1, shiftEveryNs: null, shard: null };
    expect(of("{ share: 90%, of: 10% }")).toEqual(plain);
    expect(of("{ share: 90%, of: 10%, shiftEvery: 5s, shard: 3 }")).toEqual({
      ...plain,
      shiftEveryNs: 5 * SECOND,
      shard: 3,
    });
  });

  it.each<Case>([
    ["{ share: 90% }", ".hotSet", /lacks "of"/, /"of:" here/],
    ["{ share: 0%, of: 10% }", ".hotSet.share", /is "0%"/, /more than 0%/],
    ["{ share: 110%, of: 10% }", ".hotSet.share", /is "110%"/, /at most 100%/],
    ["{ share: 90%, of: 100% }", ".hotSet.of", /is "100%"/, /less than 100%/],
    ["{ share: 90%, of: 10%, shiftEvery: 0s }", ".hotSet.shiftEvery", /is "0s"/, /above 0/],
    ["{ share: 90%, of: 10%, shard: 4 }", ".hotSet.shard", /is 4/, /1 to 3/],
    ["{ share: 90%, of: 40%, shard: 2 }", ".hotSet.of", /is "40%"/, /at most 33%/],
  ])("%s is one problem with its place", (text, path, found, expected) =>
    expectProblem("keys", [keys(text), `keys.popularity${path}`, found, expected]),
  );
});
