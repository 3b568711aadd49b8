// `npm test`: sets up what is missing, then runs the unit, integration and end-to-end suites against real servers.
// Ends with one line, "N passed, N failed", for people and machines.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

await prepare();
const directory = mkdtempSync(join(tmpdir(), 'watchkeeper-test-'));
const report = join(directory, 'report.json');
const args = [
  join(root, 'node_modules/jest/bin/jest.js'),
  '--json',
  `--outputFile=${report}`,
  '--maxWorkers=2',
  ...process.argv.slice(2),
];
const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
const code = await new Promise((resolve) => child.once('exit', (status) => resolve(status ?? 1)));
let passed = 0;
let failed = 0;
let skipped = 0;
try {
  const result = JSON.parse(readFileSync(report, 'utf8'));
  passed = result.numPassedTests;
  // A suite that cannot even load has failed, though none of its tests did.
  failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  skipped = result.numPendingTests;
} catch {
  failed = 1;
}
rmSync(directory, { recursive: true, force: true });
process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exit(code === 0 && failed === 0 && passed > 0 ? 0 : 1);
