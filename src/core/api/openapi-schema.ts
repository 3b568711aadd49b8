import type { SwaggerDocumentOptions } from '@nestjs/swagger';
import { z } from 'zod';

type Converter = NonNullable<SwaggerDocumentOptions['standardSchemaConverter']>;
interface JsonSchema {
  [key: string]: unknown;
}

/**
 * Converts zod schemas to OpenAPI 3.1 (JSON Schema 2020-12); Nest's own conversion targets 3.0. Named schemas
 * (`.meta({ id })`) become components; the same name with two forms is refused.
 */
export function zodToOpenApi31(): Converter {
  const seen = new Map<string, string>();
  return (schema, { schemaType: io }) => {
    if (!(schema instanceof z.ZodType)) return undefined;
    const json = z.toJSONSchema(schema, {
      target: 'draft-2020-12',
      io,
      override: ({ zodSchema, jsonSchema }) => {
        const definition = zodSchema._zod.def as { type: string; catchall?: unknown };
        // zod writes the safe-integer range for every int and a pattern beside every format: noise for a reader.
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
        if (jsonSchema.format) delete jsonSchema.pattern;
        // Otherwise the input and output forms of one named schema would differ.
        if (definition.type === 'object' && !definition.catchall) delete jsonSchema.additionalProperties;
      },
    }) as JsonSchema;
    const { $schema: _schema, $defs = {}, ...root } = json;
    for (const [id, part] of Object.entries($defs as Record<string, JsonSchema>)) {
      delete part.id;
      const text = JSON.stringify(part);
      if ((seen.get(id) ?? text) !== text) throw new Error(`schema ${id} has two forms: give them two names`);
      seen.set(id, text);
    }
    return { schema: root, components: $defs } as unknown as ReturnType<Converter>;
  };
}
