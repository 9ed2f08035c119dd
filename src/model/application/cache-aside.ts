/**
 * The application between traffic and cache: cache-aside.
 *
 * Models: a read that misses asks the origin and fills the cache, all within one request; a `set` touches only the
 * cache; a cache that fails a request fails it, unless the application falls back to the origin.
 * Leaves out: coalescing of misses, TTL jitter, writes to the origin.
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

/** The cache, as application code sees it: operations on open requests. */
export interface CachePort {
  readonly requests: {
    readonly command: Uint8Array;
    readonly filling: Uint8Array;
    readonly traffic: Int16Array;
    readonly generation: Int32Array;
  };
  begin(request: number): void;
  atOrigin(request: number): void;
  endWithoutOperation(request: number, command: number, requestOutcome: number): void;
}

/** How one traffic source uses cache and origin. */
export interface ApplicationSettings {
  readonly hasOrigin: boolean;
  readonly fallsBack: boolean;
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
    const { hasOrigin, fallsBack } = this.settingsOf(request);
    if (requests.command[request] === COMMAND_GET) {
      if (outcome === OUTCOME_OK) return hit === HIT_MISS && hasOrigin ? OUTCOME_NONE : OUTCOME_OK;
      return hasOrigin && fallsBack ? OUTCOME_NONE : OUTCOME_FAIL;
    }
    if (outcome === OUTCOME_OK) return OUTCOME_OK;
    if (requests.filling[request] === 1 && fallsBack) return OUTCOME_OK; // the origin's answer is there
    return outcome === OUTCOME_INFO ? OUTCOME_INFO : OUTCOME_FAIL;
  }

  /** After a GET: whether its answer was a miss decides if the cache will be filled. */
  goesOn(request: number, filled: boolean): void {
    this.cache.requests.filling[request] = filled ? 1 : 0;
    this.cache.atOrigin(request);
    this.askOrigin(request);
  }

  /** The origin answered, or refused, a request that is still open. */
  originAnswered(request: number, refused: boolean): void {
    const { requests } = this.cache;
    if (refused) this.cache.endWithoutOperation(request, COMMAND_NONE, OUTCOME_FAIL);
    else if (requests.filling[request] === 1) {
      requests.command[request] = COMMAND_SET;
      this.cache.begin(request);
    } else this.cache.endWithoutOperation(request, COMMAND_NONE, OUTCOME_OK);
  }

  private settingsOf(request: number): ApplicationSettings {
    return this.settings[this.cache.requests.traffic[request] as number] as ApplicationSettings;
  }
}
