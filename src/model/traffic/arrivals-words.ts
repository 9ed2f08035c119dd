/** Words of arrivals: when a traffic source's requests come. */
import { count, distribution, type JsonSchema, object, quantity } from "../../base/json-schema.ts";

const phaseSchema: JsonSchema = object(
  "PhaseWords",
  {
    from: quantity("duration", "When the phase begins; the first at 0s"),
    rate: quantity("rate", "Mean rate from then on"),
    ramp: quantity("duration", "How long the rate takes from the one before; default 0s"),
  },
  ["from", "rate"],
);

const dailySchema: JsonSchema = object(
  "DailyWords",
  {
    low: quantity("rate", "Lowest rate"),
    high: quantity("rate", "Highest rate"),
    peakAt: quantity("duration", "When the rate is highest; default half a period"),
    period: quantity("duration", "Length of a day; default 24h"),
  },
  ["low", "high"],
);

export const arrivalsSchema: JsonSchema = object(
  "ArrivalWords",
  {
    rate: quantity("rate", "Mean rate of Poisson arrivals"),
    phases: {
      type: "array",
      items: phaseSchema,
      minItems: 1,
      maxItems: 1000,
      description: "Rates by time: steps, and ramps along a straight line",
    },
    daily: { ...dailySchema, description: "A rate that swings along a cosine" },
    users: count("A closed loop: so many users, each with one request at a time"),
    thinkTime: distribution(
      "duration",
      "From the end of a user's request to the user's next; with users",
    ),
  },
  [],
  "One of rate, phases, daily and users",
);
