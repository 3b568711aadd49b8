// The laws of the house that a script can check: imports go down only and through doors, no cycles, HTTP exceptions
// only where HTTP is, no hidden timers. Prints every breach and ends with 1 if there is one.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const src = join(root, 'src');

/** Floors from the ground up. On one floor a feature may import only what is listed for it in `sideways`. */
const floors = [
  ['core', 'embedded'],
  ['collect'],
  ['system', 'database', 'redis', 'mqtt', 'iotdb', 'application'],
  ['auth', 'jobs', 'tenants', 'devices', 'agents', 'telemetry', 'rules', 'dashboards'],
  ['metrics', 'history', 'alerts', 'health', 'stream', 'reports', 'compat', 'openapi'],
];
const domain = ['auth', 'devices', 'agents', 'telemetry', 'rules', 'dashboards'];
const sideways = {
  embedded: ['core'],
  ...Object.fromEntries(domain.map((feature, i) => [feature, domain.slice(0, i)])),
  stream: ['alerts'],
  reports: ['history'],
  compat: floors[4],
};

const breaches = [];
const breach = (file, text) => breaches.push(`${relative(root, file)}: ${text}`);

function filesUnder(directory) {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Relative imports of a file: target path, and whether only types are imported (erased, so no run-time edge). */
function importsOf(file, text) {
  const found = [];
  const statement = /(?:^|\n)\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?['"](\.[^'"]+)['"]/g;
  for (const [, typeOnly, target] of text.matchAll(statement)) {
    if (!target.endsWith('.js') && !target.endsWith('.json')) breach(file, `import "${target}" must end in .js`);
    found.push({ target: join(dirname(file), target.replace(/\.js$/, '.ts')), typeOnly: typeOnly !== undefined });
  }
  return found;
}

const featureOf = (file) => {
  const parts = relative(src, file).split(/[\\/]/);
  return parts.length > 1 && parts[0] !== '..' ? parts[0] : null;
};
const floorOf = (feature) => floors.findIndex((floor) => floor.includes(feature));

function checkDirection(file, target) {
  const from = featureOf(file);
  const to = featureOf(target);
  if (from === null || from === to) return;
  if (to === null) return breach(file, `imports ${relative(root, target)}: a feature may not import the application`);
  const [a, b] = [floorOf(from), floorOf(to)];
  if (a < 0 || b < 0) return breach(file, `"${a < 0 ? from : to}" stands on no floor: add it to test/laws/laws.mjs`);
  if (b > a) breach(file, `imports upward: ${from} (floor ${a}) -> ${to} (floor ${b})`);
  if (a === b && !(sideways[from] ?? []).includes(to)) breach(file, `imports sideways: ${from} -> ${to}`);
  if (relative(src, target) !== join(to, 'index.ts')) breach(file, `enters ${to} not by its door (index.ts)`);
}

const edges = new Map();
for (const file of filesUnder(src)) {
  const text = readFileSync(file, 'utf8');
  const isSpec = file.endsWith('.spec.ts');
  const imports = importsOf(file, text);
  if (!isSpec) {
    for (const { target } of imports) checkDirection(file, target);
    edges.set(
      file,
      imports.filter((i) => !i.typeOnly).map((i) => i.target),
    );
  }
  const isHttp =
    /\.(controller|filter|guard|interceptor)\.ts$/.test(file) || file.startsWith(join(src, 'core', 'http'));
  if (
    !isSpec &&
    !isHttp &&
    /\bnew [A-Za-z]*HttpException\b|\b(NotFound|BadRequest|Forbidden|Unauthorized|Conflict)Exception\b/.test(text)
  ) {
    breach(file, 'HTTP exceptions belong to no feature: throw an AppError');
  }
  if (/\bforwardRef\b/.test(text)) breach(file, 'forwardRef hides a cycle');
  if (/\bsetInterval\(/.test(text) && !isSpec && !file.startsWith(join(src, 'embedded'))) {
    breach(file, 'setInterval outside the scheduler: use Clock.after');
  }
}

/** Tarjan's strongly connected components, on run-time edges. */
function cycles() {
  const index = new Map();
  const low = new Map();
  const stack = [];
  const found = [];
  const visit = (node) => {
    index.set(node, index.size);
    low.set(node, index.get(node));
    stack.push(node);
    for (const next of edges.get(node) ?? []) {
      if (!index.has(next)) {
        visit(next);
        low.set(node, Math.min(low.get(node), low.get(next)));
      } else if (stack.includes(next)) low.set(node, Math.min(low.get(node), index.get(next)));
    }
    if (low.get(node) !== index.get(node)) return;
    const group = stack.splice(stack.indexOf(node));
    if (group.length > 1) found.push(group);
  };
  for (const node of edges.keys()) if (!index.has(node)) visit(node);
  return found;
}
for (const group of cycles()) breach(group[0], `import cycle: ${group.map((f) => relative(src, f)).join(' -> ')}`);

for (const text of breaches) process.stderr.write(`${text}\n`);
process.stdout.write(`laws: ${edges.size} files, ${breaches.length} breaches\n`);
process.exit(breaches.length > 0 ? 1 : 0);
