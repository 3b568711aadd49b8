import { spawnSync } from 'node:child_process';
import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, type RunningServer, runServer, temporaryDirectory } from '../support/process.js';

export const root = join(__dirname, '..', '..');
export const shipped = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Replaces a text that must be there: a test on files that are shipped must notice when they change. */
function replaced(text: string, what: string | RegExp, by: string): string {
  const result = text.replace(what, by);
  if (result === text) throw new Error(`not found in the shipped file: ${String(what)}`);
  return result;
}

/** Runs a checker such as promtool; its output, and whether it was content. */
export function checked(file: string, args: readonly string[], cwd = root): { ok: boolean; output: string } {
  const { status, stdout, stderr, error } = spawnSync(file, args, { cwd, encoding: 'utf8', timeout: 170_000 });
  if (error) throw error;
  return { ok: status === 0, output: `${stdout}${stderr}` };
}

export interface ShippedPrometheus extends RunningServer {
  /** `data` of an answer of the HTTP API; throws when Prometheus reports an error. */
  api<T>(path: string): Promise<T>;
}

/**
 * A real Prometheus with the shipped configuration and rules. Only addresses differ, and time: it scrapes and evaluates
 * every second. `rules` may change the text of the rules.
 */
export async function startShippedPrometheus(
  target: string,
  alertmanager: string,
  rules: (text: string) => string = (text) => text,
): Promise<ShippedPrometheus> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const directory = temporaryDirectory('shipped-prometheus');
  let config = shipped('prometheus/prometheus.yml');
  config = replaced(config, 'scrape_interval: 15s', 'scrape_interval: 1s');
  config = replaced(config, 'evaluation_interval: 15s', 'evaluation_interval: 1s');
  config = replaced(config, 'scrape_timeout: 10s', 'scrape_timeout: 1s');
  config = replaced(
    config,
    /dns_sd_configs:[\s\S]*?refresh_interval: 15s/,
    `static_configs: [{ targets: ['${target}'] }]`,
  );
  config = replaced(config, "targets: ['localhost:9090']", `targets: ['127.0.0.1:${port}']`);
  config = config.replaceAll('alertmanager:9093', alertmanager);
  writeFileSync(join(directory.path, 'prometheus.yml'), config);
  writeFileSync(join(directory.path, 'alerting_rules.yml'), rules(shipped('prometheus/alerting_rules.yml')));
  const server = await runServer({
    name: 'prometheus',
    debianPackage: 'prometheus',
    port,
    url,
    directory,
    command: () => ({
      file: 'prometheus',
      args: [
        `--config.file=${join(directory.path, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(directory.path, 'tsdb')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        // The first evaluation may come before the Alertmanager is discovered; its alerts go out again after this.
        '--rules.alert.resend-delay=1s',
      ],
    }),
    ready: async () => (await fetch(`${url}/-/ready`)).status === 200,
  });
  return Object.assign(server, {
    api: async <T>(path: string) => {
      const answer = await fetch(`${url}/api/v1/${path}`);
      const body = (await answer.json()) as { status: string; error?: string; data: T };
      if (body.status !== 'success') throw new Error(`${path}: ${body.error}`);
      return body.data;
    },
  });
}

/** One notification as Alertmanager posts it. */
export interface Notification {
  readonly receiver: string;
  readonly status: string;
  readonly alerts: readonly { readonly status: string; readonly labels: Readonly<Record<string, string>> }[];
}

/** Listens for the notifications of every receiver. */
export async function startWebhook(): Promise<{ port: number; heard: Notification[]; close(): Promise<void> }> {
  const heard: Notification[] = [];
  const take = async (request: IncomingMessage): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    heard.push(JSON.parse(Buffer.concat(chunks).toString()) as Notification);
  };
  const server = createServer((request, response) => {
    take(request).then(
      () => response.end(),
      () => response.writeHead(400).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    heard,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A real Alertmanager with the shipped routes. Only addresses and waits differ. */
export async function startShippedAlertmanager(webhookPort: number): Promise<RunningServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const directory = temporaryDirectory('shipped-alertmanager');
  const config = join(directory.path, 'alertmanager.yml');
  const data = join(directory.path, 'data');
  mkdirSync(data);
  let text = shipped('prometheus/alertmanager.yml');
  text = replaced(text, /http:\/\/set-[a-z-]+\.invalid\//g, `http://127.0.0.1:${webhookPort}/`);
  text = replaced(text, /group_wait: \d+s/g, 'group_wait: 0s');
  text = replaced(text, /group_interval: \d+m/g, 'group_interval: 1s');
  writeFileSync(config, text);
  return runServer({
    name: 'alertmanager',
    debianPackage: 'prometheus-alertmanager',
    port,
    url,
    directory,
    command: () => ({
      file: 'prometheus-alertmanager',
      args: [
        `--config.file=${config}`,
        `--storage.path=${data}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--cluster.listen-address=',
      ],
    }),
    ready: async () => (await fetch(`${url}/-/ready`)).status === 200,
  });
}

/** Words of PromQL that are no metric names. */
const words = new Set(['and', 'or', 'unless', 'offset', 'bool', 'inf', 'nan', 'by', 'on', 'without', 'ignoring']);

/** Names of the metrics in an expression. */
export function metricsIn(expression: string): readonly string[] {
  const bare = expression
    .replace(/"(?:[^"\\]|\\.)*"/g, '')
    .replace(/\{[^}]*\}/g, '')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\b(by|on|without|ignoring|group_left|group_right)\s*\([^)]*\)/g, '')
    .replace(/\b(offset\s+)?\d[\w.]*/g, '');
  const names = [...bare.matchAll(/[a-zA-Z_:][a-zA-Z0-9_:]*(?!\s*\(|[a-zA-Z0-9_:])/g)].map(([name]) => name);
  return [...new Set(names)].filter((name) => !words.has(name));
}
