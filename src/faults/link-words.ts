import type {
  MethodEntryWords,
  NetworkBandwidthWords,
  NetworkLatencyWords,
  NetworkLossWords,
} from "./words.gen.ts";
import { FROM_IS_A_SIDE } from "./words.ts";

/** Kinds whose `from:` is a side of links, not a first time. */
export type LinkWords = NetworkLatencyWords | NetworkLossWords | NetworkBandwidthWords;

export const isOnLinks = (words: MethodEntryWords): words is LinkWords =>
  "fault" in words && FROM_IS_A_SIDE.includes(words.fault);
