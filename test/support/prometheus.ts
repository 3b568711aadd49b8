import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, type RunningServer, runServer, temporaryDirectory } from './process.js';

/** A real Prometheus that scrapes one target every second. */
export interface RunningPrometheus extends RunningServer {
  /** Instant query; the value of each series by its labels. */
  query(expression: string): Promise<readonly { readonly labels: Record<string, string>; readonly value: number }[]>;
}

/** @param target `host:port` @param job further lines of the scrape job, such as basic_auth */
export async function startPrometheus(target: string, job: readonly string[] = []): Promise<RunningPrometheus> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const directory = temporaryDirectory('prometheus');
  const config = join(directory.path, 'prometheus.yml');
  const lines = [
    'global: { scrape_interval: 1s, scrape_timeout: 1s }',
    'scrape_configs:',
    '  - job_name: watchkeeper',
    `    static_configs: [{ targets: ['${target}'] }]`,
    ...job.map((line) => `    ${line}`),
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  const server = await runServer({
    name: 'prometheus',
    debianPackage: 'prometheus',
    port,
    url,
    directory,
    command: () => ({
      file: 'prometheus',
      args: [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(directory.path, 'tsdb')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
    }),
    ready: async () => (await fetch(`${url}/-/ready`)).status === 200,
  });
  return Object.assign(server, {
    query: async (expression: string) => {
      const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`);
      const body = (await answer.json()) as {
        data: { result: { metric: Record<string, string>; value: [number, string] }[] };
      };
      return body.data.result.map((series) => ({ labels: series.metric, value: Number(series.value[1]) }));
    },
  });
}
