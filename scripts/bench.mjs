// `npm run bench`: what answers cost, as ratios against a reference measured in the same run.
// 50 clients loop over the statistics endpoints of the running product (S0-148, S0-149), and over a bare Fastify that
// sends the same number of bytes without doing anything. The two alternate; each figure is the median of the rounds.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

await prepare();
const clients = 50;
const rounds = 5;
const requestsPerRound = 4_000;
const password = 'bench correct horse 42';
const paths = ['/metrics', '/api/v1/admin/stats/system', '/api/v1/admin/stats/database', '/api/v1/admin/health'];

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function fetchOnce(agent, port, path, headers) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const call = request({ agent, host: '127.0.0.1', port, path, headers }, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk) => (bytes += chunk.length));
      answer.on('end', () => resolve({ ms: performance.now() - started, status: answer.statusCode, bytes }));
    });
    call.on('error', reject);
    call.end();
  });
}

/** `clients` loops share `requestsPerRound` requests. */
async function round(port, path, tokens) {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const times = [];
  let left = requestsPerRound;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async (_, i) => {
      const headers = { authorization: `Bearer ${tokens[i]}` };
      while (left-- > 0) {
        const { ms, status } = await fetchOnce(agent, port, path, headers);
        if (status !== 200) throw new Error(`${path}: ${status}`);
        times.push(ms);
      }
    }),
  );
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (q) => times[Math.min(times.length - 1, Math.floor(q * times.length))];
  return { rate: times.length / ((performance.now() - started) / 1000), p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const summary = (all) =>
  Object.fromEntries(['rate', 'p50', 'p95', 'p99'].map((key) => [key, median(all.map((r) => r[key]))]));

const directory = mkdtempSync(join(tmpdir(), 'watchkeeper-bench-'));
const [port, mqttPort, barePort] = [await freePort(), await freePort(), await freePort()];
const limits = { LIMIT_USER_PER_MINUTE: '10000', LIMIT_STATS_SYSTEM_PER_MINUTE: '10000' };
const product = spawn(process.execPath, [join(root, 'dist/src/main.js')], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
  env: {
    ...process.env,
    ...limits,
    HOST: '127.0.0.1',
    PORT: `${port}`,
    MQTT_PORT: `${mqttPort}`,
    DATA_DIR: join(directory, 'data'),
    ADMIN_PASSWORD: password,
    SHUTDOWN_GRACE_MS: '0',
    LOG_LEVEL: 'error',
  },
});
const bareSource = `
  import Fastify from 'fastify';
  const app = Fastify();
  const body = JSON.stringify({ data: 'x'.repeat(Number(process.argv[2]) - 11) });
  app.get('/', (_request, reply) => reply.header('content-type', 'application/json').send(body));
  await app.listen({ port: Number(process.argv[1]), host: '127.0.0.1' });
  process.stdout.write('listening');`;

async function startBare(bytes) {
  const bare = spawn(process.execPath, ['--input-type=module', '-e', bareSource, `${barePort}`, `${bytes}`], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(bare.stdout, 'data');
  return bare;
}

async function stop(child) {
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

async function post(url, body, token) {
  const authorization = token ? { authorization: `Bearer ${token}` } : {};
  const headers = { 'content-type': 'application/json', ...authorization };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** As many admins as clients: each has a request bucket of its own, as 50 people would. */
async function signInAll(api) {
  const signIn = async (email) => (await post(`${api}/auth/login`, { email, password })).access_token;
  const first = await signIn('admin@watchkeeper.local');
  const tokens = [first];
  for (let i = 1; i < clients; i++) {
    const email = `admin${i}@example.org`;
    await post(`${api}/auth/register`, { email, name: `Admin ${i}`, password, role: 'admin' }, first);
    tokens.push(await signIn(email));
  }
  return tokens;
}

const results = [];
try {
  let printed = '';
  while (!printed.includes('is ready')) printed += (await once(product.stdout, 'data'))[0];
  product.stdout.resume();
  const tokens = await signInAll(`http://127.0.0.1:${port}/api/v1`);
  const agent = new Agent({ keepAlive: true });
  const first = { authorization: `Bearer ${tokens[0]}` };
  for (const path of paths) {
    while ((await fetchOnce(agent, port, path, first)).status !== 200) await new Promise((r) => setTimeout(r, 200));
    const { bytes } = await fetchOnce(agent, port, path, first);
    const bare = await startBare(bytes);
    const ours = [];
    const theirs = [];
    for (let i = 0; i < rounds; i++) {
      theirs.push(await round(barePort, '/', tokens));
      ours.push(await round(port, path, tokens));
    }
    await stop(bare);
    results.push({ path, bytes, product: summary(ours), bare: summary(theirs) });
  }
  agent.destroy();
} finally {
  await stop(product);
  rmSync(directory, { recursive: true, force: true });
}
const fixed = (value) => value.toFixed(1).padStart(9);
process.stdout.write(`${clients} clients, median of ${rounds} alternating rounds of ${requestsPerRound} requests\n`);
process.stdout.write('path                          bytes   req/s   p50 ms   p95 ms   p99 ms  rate / bare Fastify\n');
for (const { path, bytes, product: own, bare } of results) {
  const columns = [own.rate, own.p50, own.p95, own.p99].map(fixed).join('');
  process.stdout.write(
    `${path.padEnd(28)}${String(bytes).padStart(7)}${columns}  ${(own.rate / bare.rate).toFixed(2)}\n`,
  );
}
process.stdout.write(`${JSON.stringify(results)}\n`);
