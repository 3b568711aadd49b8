// Records one snapshot of every component into test/golden/snapshots.json, from the servers that the environment names
// (DATABASE_URL, REDIS_URL, MQTT_URL, IOTDB_URL, IOTDB_METRICS_URL). Afterwards run the golden test once with
// UPDATE_GOLDEN=1 and read the difference before committing it.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

await prepare();
await import('reflect-metadata');
const { configSections } = await import('../dist/src/app.config.js');
const { buildApp } = await import('../dist/src/app.js');
const { parseConfig } = await import('../dist/src/core/index.js');
const { Latest, Participants } = await import('../dist/src/collect/index.js');

/** JSON has no maps: they are written as `{ "map": [[key, value], ...] }`. */
const mapsAsEntries = (_key, value) => (value instanceof Map ? { map: [...value] } : value);

const parsed = parseConfig(configSections, {
  ...process.env,
  JWT_SECRET: randomBytes(32).toString('base64url'),
  COLLECT_INTERVAL_MS: '1000',
});
if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
const { app } = await buildApp(parsed.values);
await app.init();
const collectors = app.get(Participants).collectors();
// Rates need two passes, and a third makes all windows steady.
await new Promise((resolve) => setTimeout(resolve, 4_000));
const latest = app.get(Latest);
const missing = collectors.filter((c) => latest.of(c.component)?.outcome !== 'ok').map((c) => c.component);
if (missing.length > 0) throw new Error(`not read: ${missing.join(', ')}`);
const snapshots = Object.fromEntries(collectors.map((c) => [c.component, latest.of(c.component).snapshot]));
writeFileSync(join(root, 'test/golden/snapshots.json'), `${JSON.stringify(snapshots, mapsAsEntries, 1)}\n`);
process.stdout.write(`recorded ${Object.keys(snapshots).join(', ')}\n`);
await app.close();
process.exit(0);
