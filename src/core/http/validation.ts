import { StandardSchemaValidationPipe } from '@nestjs/common';
import { AppError, type InputFault } from '../errors.js';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  /** zod's, on an object with keys that its schema does not know: one issue for all of them. */
  readonly keys?: readonly string[];
}

function pointer(path: Issue['path']): string {
  const keys = (path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  return keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function faultsOf(issue: Issue): readonly InputFault[] {
  const { path = [], keys } = issue;
  if (!keys) return [{ pointer: pointer(path), message: issue.message }];
  return keys.map((key) => ({ pointer: pointer([...path, key]), message: 'is not known here' }));
}

/** Validates bodies, query and path parameters against the schema of their decorator; faults answer 422. */
export function validationPipe(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({
    exceptionFactory: (issues) => {
      const details = issues.flatMap(faultsOf).slice(0, 50);
      const first = details[0];
      const where = first?.pointer ? `${first.pointer}: ` : '';
      return new AppError('http.invalid', 'invalid', `The input is not valid. ${where}${first?.message ?? ''}`.trim(), {
        details,
      });
    },
  });
}
