// Everything that can be checked without starting a server: lock file, format, lint, types, laws, generated files,
// OpenAPI, unit tests. Runs every step, then names those that failed.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

await prepare();
const bin = (name) => join(root, 'node_modules', '.bin', name);

/** `npm ci` fails where the lock file names an optional package without an entry; find it before a clean clone does. */
function lockFileFaults() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const faults = [];
  for (const [at, entry] of Object.entries(packages)) {
    if (entry.resolved) faults.push(`${at} names the place it came from`);
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      let scope = at;
      let found = false;
      while (!found) {
        found = packages[`${scope === '' ? '' : `${scope}/`}node_modules/${name}`] !== undefined;
        if (scope === '') break;
        scope = scope.slice(0, scope.lastIndexOf('node_modules/')).replace(/\/$/, '');
      }
      if (!found) faults.push(`${at || 'package.json'} -> ${name} has no entry`);
    }
  }
  return faults;
}

const steps = [
  ['format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
  ['lint', bin('eslint'), ['.', '--max-warnings', '0']],
  ['types', bin('tsc'), ['--noEmit', '-p', 'tsconfig.json']],
  ['laws', process.execPath, [join(root, 'test/laws/laws.mjs')]],
  ['generated files', process.execPath, [join(root, 'scripts/gen.mjs'), '--check']],
  ['OpenAPI', bin('redocly'), ['lint', 'openapi.json', '--max-problems', '50', '--format', 'json']],
  ['unit tests', bin('jest'), ['--selectProjects', 'unit', '--silent']],
];
const failed = [];
const faults = lockFileFaults();
if (faults.length > 0) {
  process.stderr.write(`lock file:\n  ${faults.join('\n  ')}\n`);
  failed.push('lock file');
}
for (const [name, command, args] of steps) {
  const started = performance.now();
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, REDOCLY_TELEMETRY: 'off' },
  });
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}`;
  const warned = name === 'OpenAPI' && !/"warnings": *0,/.test(output);
  const ok = result.status === 0 && !warned;
  process.stdout.write(
    `${ok ? 'ok    ' : 'FAILED'}  ${name}  (${((performance.now() - started) / 1000).toFixed(1)} s)\n`,
  );
  if (!ok) {
    failed.push(name);
    process.stdout.write(`${output}\n`);
  }
}
if (failed.length > 0) process.stdout.write(`failed: ${failed.join(', ')}\n`);
process.exit(failed.length > 0 ? 1 : 0);
