import {
  applyDecorators,
  Body as NestBody,
  HttpCode,
  Param as NestParam,
  Query as NestQuery,
  SerializeOptions,
} from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';

/** Declares the answer: validates and strips it at run time, and documents it. */
export function Returns(schema: z.ZodType, o: { status?: number; description: string }): MethodDecorator {
  const status = o.status ?? 200;
  return applyDecorators(
    HttpCode(status),
    SerializeOptions({ schema }),
    ApiResponse({ status, description: o.description, standardSchema: schema }),
  );
}

/** The JSON body, validated; faults are answered with 422 and a pointer each. */
export const Body = (schema: z.ZodType): ParameterDecorator => NestBody({ schema });
/** The query parameters, validated. The schema must be an unnamed strict object. */
export const Query = (schema: z.ZodType): ParameterDecorator => NestQuery({ schema });
/** One path parameter, validated. */
export const Param = (name: string, schema: z.ZodType): ParameterDecorator => NestParam(name, { schema });
