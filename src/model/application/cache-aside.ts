/**
 * The application between traffic and cache: cache-aside.
 *
 * Models: a read that misses asks the origin and fills the cache, all within one request; a `set` touches only the
 * cache; a cache that fails a request fails it, unless the application falls back to the origin; misses of one key that
 * share one request to the origin.
 * Leaves out: writes to the origin.
 */
import {
  COMMAND_GET,
  COMMAND_NONE,
  COMMAND_SET,
  HIT_MISS,
  OUTCOME_FAIL,
  OUTCOME_INFO,
  OUTCOME_NONE,
  OUTCOME_OK,
} from "../../journal/operation-columns.ts";
import type { FlightRequests, SingleFlight } from "./single-flight.ts";

/** The cache, as application code sees it: operations on open requests. */
export interface CachePort {
  readonly requests: FlightRequests & {
    readonly command: Uint8Array;
    readonly filling: Uint8Array;
    readonly traffic: Int16Array;
  };
  begin(request: number): void;
  atOrigin(request: number): void;
  endWithoutOperation(request: number, command: number, requestOutcome: number): void;
}

/** How one traffic source uses cache and origin. */
export interface ApplicationSettings {
  readonly hasOrigin: boolean;
  readonly fallsBack: boolean;
  /** Null: every miss asks the origin itself. */
  readonly flights: SingleFlight | null;
}

export class CacheAside {
  constructor(
    private readonly cache: CachePort,
    private readonly settings: readonly ApplicationSettings[],
    private readonly askOrigin: (request: number) => void,
  ) {}

  /** How a request stands after one of its operations: its outcome, or OUTCOME_NONE when the origin is asked next. */
  ended(request: number, outcome: number, hit: number): number {
    const { requests } = this.cache;
    const { hasOrigin, fallsBack, flights } = this.settingsOf(request);
    if (requests.command[request] === COMMAND_GET) {
      if (outcome === OUTCOME_OK) return hit === HIT_MISS && hasOrigin ? OUTCOME_NONE : OUTCOME_OK;
      return hasOrigin && fallsBack ? OUTCOME_NONE : OUTCOME_FAIL;
    }
    if (flights !== null && requests.filling[request] === 1) flights.land(request);
    if (outcome === OUTCOME_OK) return OUTCOME_OK;
    if (requests.filling[request] === 1 && fallsBack) return OUTCOME_OK; // the origin's answer is there
    return outcome === OUTCOME_INFO ? OUTCOME_INFO : OUTCOME_FAIL;
  }

  /** After a GET: whether its answer was a miss decides if the cache will be filled. */
  goesOn(request: number, filled: boolean): void {
    this.cache.requests.filling[request] = filled ? 1 : 0;
    this.cache.atOrigin(request);
    const { flights } = this.settingsOf(request);
    const flight = flights?.of(request);
    if (flight === undefined) {
      flights?.lead(request);
      this.askOrigin(request);
    } else if (flight.hasValue) this.endAtOrigin(request, OUTCOME_OK);
    else flight.followers.push(request);
  }

  /** The origin answered, or refused, or took too long for, a request that is still open. */
  originAnswered(request: number, refused: boolean): void {
    const { flights } = this.settingsOf(request);
    const flight = flights?.of(request);
    if (flights === null || flight === undefined) {
      if (refused) this.endAtOrigin(request, OUTCOME_FAIL);
      else if (this.fills(request)) this.fill(request);
      else this.endAtOrigin(request, OUTCOME_OK);
      return;
    }
    const members = [request, ...flight.followers];
    const filler = refused ? undefined : members.find((member) => this.fills(member));
    if (filler === undefined) flights.land(request);
    else flights.fill(flight, filler);
    for (const member of members) {
      if (member === filler) this.fill(member);
      else this.endAtOrigin(member, refused ? OUTCOME_FAIL : OUTCOME_OK);
    }
  }

  private fills(request: number): boolean {
    return this.cache.requests.filling[request] === 1;
  }

  private fill(request: number): void {
    this.cache.requests.command[request] = COMMAND_SET;
    this.cache.begin(request);
  }

  private endAtOrigin(request: number, outcome: number): void {
    this.cache.endWithoutOperation(request, COMMAND_NONE, outcome);
  }

  private settingsOf(request: number): ApplicationSettings {
    return this.settings[this.cache.requests.traffic[request] as number] as ApplicationSettings;
  }
}
