// Brings a checkout to the state that its files describe: dependencies as the lock file says, a build as fresh as the
// sources. No dependencies of its own: it runs before there are any.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const leastNode = [20, 19];
const isWindows = process.platform === 'win32';

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function filesUnder(path) {
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function digest(files) {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${file.slice(root.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex');
}

function isCurrent(stamp, value) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === value;
}

/** Runs a step with its output held back, and shows it only when the step fails. */
function step(what, command, args) {
  process.stderr.write(`${what} ...\n`);
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', shell: isWindows, maxBuffer: 1 << 28 });
  if (result.status !== 0) fail(`${result.stdout ?? ''}${result.stderr ?? ''}\n${what} failed (see above).`);
}

function install() {
  const stamp = join(root, 'node_modules', '.watchkeeper-lock');
  const wanted = digest([join(root, 'package-lock.json')]);
  if (isCurrent(stamp, wanted)) return;
  step('Installing dependencies', 'npm', ['ci', '--include=dev', '--no-audit', '--no-fund']);
  writeFileSync(stamp, wanted);
}

function build() {
  const stamp = join(root, 'dist', '.watchkeeper-sources');
  const sources = ['src', 'migrations'].flatMap((part) => filesUnder(join(root, part)));
  const settings = ['tsconfig.json', 'tsconfig.build.json', 'nest-cli.json', 'package-lock.json'];
  const wanted = digest([
    ...sources.filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts')),
    ...settings.map((file) => join(root, file)),
  ]);
  if (isCurrent(stamp, wanted)) return;
  step('Building', process.execPath, [join(root, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js'), 'build']);
  writeFileSync(stamp, wanted);
}

/** Installs and builds where needed, and makes the project's root the working directory. */
export async function prepare() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < leastNode[0] || (major === leastNode[0] && minor < leastNode[1])) {
    fail(`Watchkeeper needs Node.js ${leastNode.join('.')} or newer; this is ${process.versions.node}.`);
  }
  process.chdir(root);
  install();
  build();
}
