/** What the values of a history are to each other. */
export const HISTORY_MODELS = ["register", "cas-register", "counter", "set", "unique-ids"] as const;

export type HistoryModel = (typeof HISTORY_MODELS)[number];
