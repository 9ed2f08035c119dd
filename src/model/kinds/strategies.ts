/** All choices that a planted bug may replace, by room. */
import { type ClientStrategies, clientStrategies } from "../client/strategies.ts";
import { type ClusterStrategies, clusterStrategies } from "../cluster/strategies.ts";
import { type EngineStrategies, engineStrategies } from "../engine/redis/strategies.ts";
import { type ServiceStrategies, serviceStrategies } from "../service/strategies.ts";

export interface Strategies {
  readonly cluster: ClusterStrategies;
  readonly service: ServiceStrategies;
  readonly engine: EngineStrategies;
  readonly client: ClientStrategies;
}

/** The model as it is. */
export const strategies: Strategies = {
  cluster: clusterStrategies,
  service: serviceStrategies,
  engine: engineStrategies,
  client: clientStrategies,
};
