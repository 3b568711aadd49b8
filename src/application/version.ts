import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Version of the product, from its package.json. The process runs in the project's root, as `npm start` sees to. */
export const applicationVersion: string = (
  JSON.parse(readFileSync(join(process.cwd(), 'package.json'), 'utf8')) as { version: string }
).version;
