import type { Variable } from './variable.js';

export type Variables = Readonly<Record<string, Variable<unknown>>>;
export type ValuesOf<V extends Variables> = { readonly [K in keyof V]: V[K] extends Variable<infer T> ? T : never };

/** A feature's part of the configuration. Its values are injected under `token`. */
export interface ConfigSection<V extends Variables = Variables> {
  readonly title: string;
  readonly token: symbol;
  readonly variables: V;
  /** Rules between the variables of this section: [variable, what is wrong] for each that is broken. */
  rules(values: ValuesOf<V>): readonly (readonly [keyof V & string, string])[];
}

/** The typed, frozen values of a section: `type RedisConfig = ConfigOf<typeof redisConfig>`. */
export type ConfigOf<S> = S extends ConfigSection<infer V> ? ValuesOf<V> : never;

/**
 * Declares a feature's environment variables.
 * @param title heading in `.env.example` and `docs/configuration.md`
 */
export function defineConfig<const V extends Variables>(
  title: string,
  variables: V,
  rules: ConfigSection<V>['rules'] = () => [],
): ConfigSection<V> {
  return { title, token: Symbol(`config: ${title}`), variables, rules };
}

/** One thing wrong with the environment. */
export interface ConfigFault {
  readonly variable: string;
  readonly problem: string;
  readonly allowed: string;
}

/** All sections' values by token, or every fault found. */
export type ParsedConfig =
  | { readonly ok: true; readonly values: ReadonlyMap<symbol, Readonly<Record<string, unknown>>> }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] };

/**
 * Reads every variable of every section. Finds all faults, not only the first. A variable that is unset or empty
 * takes its default.
 */
export function parseConfig(sections: readonly ConfigSection[], environment: NodeJS.ProcessEnv): ParsedConfig {
  const faults: ConfigFault[] = [];
  const values = new Map<symbol, Readonly<Record<string, unknown>>>();
  for (const section of sections) {
    const parsed: Record<string, unknown> = {};
    const faulty = new Set<string>();
    for (const [name, variable] of Object.entries(section.variables)) {
      const raw = environment[name]?.trim();
      const text = raw === undefined || raw === '' ? variable.defaultText : raw;
      if (text === undefined) {
        parsed[name] = undefined;
        continue;
      }
      const result = variable.schema.safeParse(text);
      if (result.success) {
        parsed[name] = result.data;
        continue;
      }
      faulty.add(name);
      parsed[name] = variable.defaultText === undefined ? undefined : variable.schema.parse(variable.defaultText);
      const shown = variable.secret ? 'its value' : `"${text.length > 60 ? `${text.slice(0, 60)}…` : text}"`;
      const problem = `${shown} ${result.error.issues[0]?.message ?? 'is not allowed'}`;
      faults.push({ variable: name, problem, allowed: variable.allowed });
    }
    for (const [name, problem] of section.rules(parsed as never)) {
      // A variable that is faulty by itself stands here with its default; one fault of it is enough.
      if (!faulty.has(name)) faults.push({ variable: name, problem, allowed: section.variables[name]?.allowed ?? '' });
    }
    values.set(section.token, Object.freeze(parsed));
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, values };
}

/** The fault list as shown at start: one line a fault, with the variable, what is wrong and what is allowed. */
export function describeFaults(faults: readonly ConfigFault[]): string {
  const lines = faults.map((f) => `  ${f.variable}: ${f.problem}; allowed is ${f.allowed}`);
  return `The configuration has ${faults.length} fault${faults.length === 1 ? '' : 's'}:\n${lines.join('\n')}`;
}
