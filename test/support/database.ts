import { parseConfig } from '../../src/core/index.js';
import { type DatabaseConfig, databaseConfig } from '../../src/database/index.js';

/** The database section as the application would have it with the given environment. */
export function databaseTestConfig(environment: NodeJS.ProcessEnv): DatabaseConfig {
  const parsed = parseConfig([databaseConfig], environment);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.values.get(databaseConfig.token) as DatabaseConfig;
}
