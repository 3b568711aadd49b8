import { StandardSchemaValidationPipe } from '@nestjs/common';
import { AppError } from '../errors.js';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

function pointer(issue: Issue): string {
  const keys = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  return keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Validates bodies, query and path parameters against the schema of their decorator; faults answer 422. */
export function validationPipe(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({
    exceptionFactory: (issues) => {
      const details = issues.slice(0, 50).map((issue) => ({ pointer: pointer(issue), message: issue.message }));
      const first = details[0];
      const where = first?.pointer ? `${first.pointer}: ` : '';
      return new AppError('http.invalid', 'invalid', `The input is not valid. ${where}${first?.message ?? ''}`.trim(), {
        details,
      });
    },
  });
}
