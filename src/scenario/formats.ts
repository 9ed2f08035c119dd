/** Formats of text that the scenario's schema names, each with what its parser takes. */
import { parseDuration, parsePercentage, parseRate, parseSize } from "../base/units.ts";

const isRangeOf = (text: string, parse: (part: string) => number | undefined): boolean => {
  const parts = text.split("..");
  return parts.length === 2 && parts.every((part) => parse(part) !== undefined);
};

export const formats: Readonly<Record<string, (text: string) => boolean>> = {
  duration: (text) => parseDuration(text) !== undefined,
  "duration-or-never": (text) => text === "never" || parseDuration(text) !== undefined,
  size: (text) => parseSize(text) !== undefined,
  rate: (text) => parseRate(text) !== undefined,
  percentage: (text) => parsePercentage(text) !== undefined,
  "duration-range": (text) => isRangeOf(text, parseDuration),
  "size-range": (text) => isRangeOf(text, parseSize),
};
