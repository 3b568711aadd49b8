// Fetches the IoTDB servers of the tests from Maven Central, through `mvn` as it is configured here.
//
//   node scripts/fetch-iotdb.mjs            into .cache/iotdb, or IOTDB_CACHE_DIR
//
// Apache publishes no complete server as one artifact. The ConfigNode's archive holds the whole DataNode too, so one
// archive makes a cluster of 2.0; for 1.3 only the DataNode's archive is published, and it joins that ConfigNode, as
// it does during a rolling upgrade. A second run only verifies and takes milliseconds.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const servers = [
  {
    directory: '2.0',
    artifact: 'org.apache.iotdb:iotdb-confignode:2.0.1-beta:zip',
    needs: ['iotdb-confignode-', 'iotdb-server-', 'openapi-', 'metrics-core-'],
  },
  {
    directory: '1.3',
    artifact: 'org.apache.iotdb:iotdb-server:1.3.3:zip',
    needs: ['iotdb-server-', 'openapi-', 'metrics-core-'],
  },
];
// The 3.x plugin reads the artifact's parent POMs first, and those of 1.3.3 are not published everywhere.
const unpackGoal = 'org.apache.maven.plugins:maven-dependency-plugin:2.10:unpack';
const manifestName = 'manifest.json';
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const cache = resolve(process.env.IOTDB_CACHE_DIR || join(root, '.cache', 'iotdb'));

/** Name and size of every jar, which is what a torn copy gets wrong. */
function jarsOf(directory) {
  const lib = join(directory, 'lib');
  if (!existsSync(lib)) return {};
  return Object.fromEntries(
    readdirSync(lib)
      .sort()
      .map((name) => [name, statSync(join(lib, name)).size]),
  );
}

/** True when the directory holds exactly what was unpacked from this very artifact. */
function isComplete({ directory, artifact }) {
  const path = join(cache, directory);
  const manifest = join(path, manifestName);
  if (!existsSync(manifest)) return false;
  try {
    const kept = JSON.parse(readFileSync(manifest, 'utf8'));
    return kept.artifact === artifact && JSON.stringify(kept.jars) === JSON.stringify(jarsOf(path));
  } catch {
    return false;
  }
}

/** Unpacks beside the target and renames, so that a broken download never looks like a server. */
function fetchServer({ directory, artifact, needs }) {
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(join(cache, `${directory}-`));
  try {
    const args = [
      '-B',
      '-q',
      '-C',
      unpackGoal,
      `-Dartifact=${artifact}`,
      '-Dmdep.unpack.includes=lib/**',
      `-DoutputDirectory=${fresh}`,
    ];
    const run = spawnSync('mvn', args, { cwd: fresh, encoding: 'utf8', timeout: 15 * 60_000 });
    if (run.error?.code === 'ENOENT') throw new Error('mvn is not installed: apt-get install maven');
    if (run.error) throw run.error;
    if (run.status !== 0)
      throw new Error(`mvn could not fetch ${artifact}:\n${(run.stdout + run.stderr).slice(-2000)}`);
    const jars = jarsOf(fresh);
    const missing = needs.filter((prefix) => !Object.keys(jars).some((name) => name.startsWith(prefix)));
    if (missing.length > 0) throw new Error(`${artifact} lacks ${missing.join(', ')}`);
    writeFileSync(join(fresh, manifestName), `${JSON.stringify({ artifact, jars }, null, 1)}\n`);
    const target = join(cache, directory);
    rmSync(target, { recursive: true, force: true });
    renameSync(fresh, target);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    throw error;
  }
}

const wanting = servers.filter((server) => !isComplete(server));
try {
  for (const server of wanting) fetchServer(server);
} catch (error) {
  process.stderr.write(`fetch-iotdb: ${error.message}\n`);
  process.exit(1);
}
const names = servers.map((server) => server.artifact.split(':').slice(1, 3).join(' ')).join(', ');
process.stdout.write(`IoTDB ${wanting.length === 0 ? 'is' : 'was fetched'} in ${cache}: ${names}\n`);
