/** What decides when a traffic source issues its next request. */
export interface Pace {
  /** Schedules the first request, or requests. */
  start(): void;
  /** One of the source's requests has ended. */
  requestEnded(): void;
  /** Faults multiply the rate by `factor` in all, from the next gap that is drawn on. */
  surged(factor: number): void;
}

/** A traffic source, as its pace sees it. */
export interface Issuer {
  /** Issues a request with draws of its own; false when no client host lives that could. */
  issue(): boolean;
}
