import { z } from 'zod';

/**
 * One environment variable: its schema, what is allowed in words (for the fault list and the documentation), its
 * default and its meaning. Units are in the name (`REDIS_TIMEOUT_MS`).
 */
export interface Variable<T> {
  readonly schema: z.ZodType<T>;
  readonly allowed: string;
  readonly description: string;
  /** Text as one would write it in `.env`; undefined when unset means "off" or "chosen at start". */
  readonly defaultText: string | undefined;
  /** A secret is never printed, not even in a fault. */
  readonly secret: boolean;
}

interface Common {
  readonly description: string;
  readonly secret?: boolean;
}

type WithDefault<T> = Common & { readonly default: T };

function make<T>(inner: z.ZodType<T>, allowed: string, o: Common & { default?: string }): Variable<T> {
  return { schema: inner, allowed, description: o.description, defaultText: o.default, secret: o.secret ?? false };
}

function withOptional<T>(variable: Variable<T>): Variable<T | undefined> {
  return variable as Variable<T | undefined>;
}

/** Whole number from `min` to `max`. */
export function integer(o: WithDefault<number> & { min: number; max: number }): Variable<number> {
  const schema = z
    .string()
    .regex(/^-?\d{1,15}$/, 'is not a whole number')
    .transform(Number)
    .refine((n) => n >= o.min && n <= o.max, `is not between ${o.min} and ${o.max}`) as unknown as z.ZodType<number>;
  return make(schema, `a whole number from ${o.min} to ${o.max}`, { ...o, default: String(o.default) });
}

/** Number with fractions from `min` to `max`. */
export function number(o: WithDefault<number> & { min: number; max: number }): Variable<number> {
  const schema = z
    .string()
    .regex(/^-?\d{1,15}(\.\d{1,9})?$/, 'is not a number')
    .transform(Number)
    .refine((n) => n >= o.min && n <= o.max, `is not between ${o.min} and ${o.max}`) as unknown as z.ZodType<number>;
  return make(schema, `a number from ${o.min} to ${o.max}`, { ...o, default: String(o.default) });
}

/** `true` or `false`. */
export function flag(o: WithDefault<boolean>): Variable<boolean> {
  const schema = z
    .enum(['true', 'false'], { error: 'is neither true nor false' })
    .transform((s) => s === 'true') as unknown as z.ZodType<boolean>;
  return make(schema, 'true or false', { ...o, default: String(o.default) });
}

/** One of the listed words. */
export function oneOf<const V extends readonly [string, ...string[]]>(
  values: V,
  o: WithDefault<V[number]>,
): Variable<V[number]> {
  const schema = z.enum(values, { error: 'is not one of the allowed words' }) as unknown as z.ZodType<V[number]>;
  return make(schema, `one of ${values.join(', ')}`, o);
}

interface TextRule {
  readonly allowed: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: RegExp;
}

function textSchema(rule: TextRule): z.ZodType<string> {
  let schema = z
    .string()
    .min(rule.minLength ?? 1, `is shorter than ${rule.minLength ?? 1} characters`)
    .max(rule.maxLength ?? 1024, `is longer than ${rule.maxLength ?? 1024} characters`);
  if (rule.pattern) schema = schema.regex(rule.pattern, 'does not have the required form');
  return schema;
}

/** Text with a default. */
export function text(o: WithDefault<string> & TextRule): Variable<string> {
  return make(textSchema(o), o.allowed, o);
}

/** Text that may be unset. */
export function optionalText(o: Common & TextRule): Variable<string | undefined> {
  return withOptional(make(textSchema(o), o.allowed, { description: o.description, secret: o.secret ?? false }));
}

/** URL of one of the given schemes (`redis`, `rediss`); unset means the part is not external. */
export function optionalUrl(schemes: readonly string[], o: Common): Variable<string | undefined> {
  const schema = z.string().superRefine((value, context) => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (!url || !url.hostname) context.addIssue('is not a URL');
    else if (!schemes.includes(url.protocol.slice(0, -1)))
      context.addIssue(`has the scheme ${url.protocol.slice(0, -1)}`);
  });
  const allowed = `a URL that starts with ${schemes.map((s) => `${s}://`).join(' or ')}`;
  return withOptional(make<string>(schema, allowed, { description: o.description, secret: o.secret ?? false }));
}

/** Comma-separated list; every item must pass `item`. An empty text is the empty list. */
export function list(
  o: WithDefault<string> & { allowed: string; item: (text: string) => boolean; maxItems?: number },
): Variable<readonly string[]> {
  const schema = z
    .string()
    .transform((value) =>
      value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .superRefine((items, context) => {
      if (items.length > (o.maxItems ?? 100)) context.addIssue(`has more than ${o.maxItems ?? 100} entries`);
      const bad = items.find((item) => !o.item(item));
      if (bad !== undefined) context.addIssue(`has the entry "${bad.slice(0, 80)}" which is not allowed`);
    }) as unknown as z.ZodType<readonly string[]>;
  return make(schema, o.allowed, o);
}
