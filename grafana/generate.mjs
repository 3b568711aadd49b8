// Writes grafana/dashboards/*.json: node grafana/generate.mjs [directory]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { dashboards } from './dashboards.mjs';

const directory = process.argv[2] ?? join(import.meta.dirname, 'dashboards');
mkdirSync(directory, { recursive: true });
const style = await resolveConfig(import.meta.filename);
for (const one of dashboards) {
  const text = await format(JSON.stringify(one), { ...style, parser: 'json' });
  writeFileSync(join(directory, `${one.uid}.json`), text);
}
