/**
 * Single flight: misses of one key on one client host share one request to the origin.
 *
 * Models: a leader that asks, followers that wait for its answer or its failure (refusal or timeout), one of them that
 * fills the cache; misses that find the answer there while the cache is being filled are answered at once.
 * Leaves out: coalescing between client hosts (locks and leases in the cache), values that are renewed ahead of expiry.
 */

/** Open requests, as a flight sees them. */
export interface FlightRequests {
  readonly client: Int32Array;
  readonly key: Int32Array;
  readonly generation: Int32Array;
}

export interface Flight {
  /** Asks the origin, then fills the cache. */
  leader: number;
  /** Of the leader when it took the lead: a flight whose leader ended otherwise (its host died) is over. */
  generation: number;
  /** The origin answered; the leader fills the cache. */
  hasValue: boolean;
  /** In order of arrival. */
  followers: number[];
}

const KEYS = 2 ** 31;

export class SingleFlight {
  private readonly flights = new Map<number, Flight>();

  constructor(private readonly requests: FlightRequests) {}

  /** The flight that serves a request's key on its host; undefined when there is none. */
  of(request: number): Flight | undefined {
    const flight = this.flights.get(this.placeOf(request));
    if (flight === undefined) return undefined;
    return this.requests.generation[flight.leader] === flight.generation ? flight : undefined;
  }

  /** A request takes off: later ones of its key and host may follow. */
  lead(request: number): void {
    const generation = this.requests.generation[request] as number;
    this.flights.set(this.placeOf(request), {
      leader: request,
      generation,
      hasValue: false,
      followers: [],
    });
  }

  /** The origin answered, and `filler` fills the cache. */
  fill(flight: Flight, filler: number): void {
    flight.leader = filler;
    flight.generation = this.requests.generation[filler] as number;
    flight.hasValue = true;
    flight.followers = [];
  }

  /** The flight of a leader is over. */
  land(leader: number): void {
    this.flights.delete(this.placeOf(leader));
  }

  private placeOf(request: number): number {
    const { client, key } = this.requests;
    return (client[request] as number) * KEYS + (key[request] as number);
  }
}
