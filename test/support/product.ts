import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort, temporaryDirectory, until } from './process.js';

const root = join(__dirname, '..', '..');

/** The built product as a process of its own, as `npm start` runs it. */
export interface Product {
  readonly url: string;
  readonly port: number;
  readonly mqttPort: number;
  readonly pid: number;
  /** Everything printed so far: the banner and the JSON log. */
  output(): string;
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Resolves with the exit code when the process ends by itself. */
  readonly ended: Promise<number | null>;
}

export interface ProductHome {
  /** DATA_DIR and ports that outlive a process. */
  readonly environment: Readonly<Record<string, string>>;
  start(extra?: Readonly<Record<string, string>>): Promise<Product>;
  /** Sends a signal to whatever runs, ready or not, and waits for the end. */
  signal(signal: NodeJS.Signals): Promise<void>;
  /** Runs a process that is expected to end by itself; resolves with its output. */
  run(extra?: Readonly<Record<string, string>>): Promise<{ readonly code: number | null; readonly output: string }>;
  /** Ends whatever still runs, the embedded PostgreSQL too, and removes the data. */
  dispose(): Promise<void>;
}

const up = (output: string): boolean => /Watchkeeper is (ready|up) after/.test(output);

function launch(environment: Readonly<Record<string, string>>): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [join(root, 'dist/src/main.js')], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const keep = (chunk: Buffer): void => {
    text = (text + chunk.toString()).slice(-200_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return { child, output: () => text };
}

/** A data directory and free ports to start the product on, as often as a test likes. */
export async function productHome(settings: Readonly<Record<string, string>> = {}): Promise<ProductHome> {
  const directory = temporaryDirectory('product');
  const [port, mqttPort] = [await freePort(), await freePort()];
  const environment = {
    HOST: '127.0.0.1',
    PORT: String(port),
    MQTT_PORT: String(mqttPort),
    DATA_DIR: join(directory.path, 'data'),
    SHUTDOWN_GRACE_MS: '0',
    COLLECT_INTERVAL_MS: '1000',
    ...settings,
  };
  const running = new Set<ChildProcess>();
  const url = `http://127.0.0.1:${port}`;

  const start: ProductHome['start'] = async (extra = {}) => {
    const { child, output } = launch({ ...environment, ...extra });
    running.add(child);
    const ended = once(child, 'exit').then(([code]) => code as number | null);
    void ended.then(() => running.delete(child));
    await until(
      `the product is ready: ${url}`,
      () => child.exitCode !== null || child.signalCode !== null || up(output()),
      50_000,
    ).catch(() => undefined);
    if (!up(output())) throw new Error(`the product did not get ready:\n${output()}`);
    return {
      url,
      port,
      mqttPort,
      pid: child.pid ?? -1,
      output,
      ended,
      end: async (signal) => {
        const gone = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
        child.kill(signal);
        const [code, by] = await gone;
        return { code, signal: by };
      },
    };
  };

  return {
    environment,
    start,
    signal: async (signal) => {
      for (const child of running) {
        const gone = once(child, 'exit');
        child.kill(signal);
        await gone;
      }
    },
    run: async (extra = {}) => {
      const { child, output } = launch({ ...environment, ...extra });
      running.add(child);
      const [code] = (await once(child, 'close')) as [number | null];
      running.delete(child);
      return { code, output: output() };
    },
    dispose: async () => {
      for (const child of running) {
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
      }
      // A killed parent leaves its PostgreSQL behind; a start adopts it and an orderly end stops it.
      if (settings.DATABASE_URL === undefined)
        await start().then(
          (last) => last.end('SIGTERM'),
          () => undefined,
        );
      directory.remove();
    },
  };
}

/** Signs in over HTTP. */
export async function signIn(
  url: string,
  email: string,
  password: string,
): Promise<{ access: string; refresh: string }> {
  const answer = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  if (answer.status !== 200) throw new Error(`login: ${answer.status} ${await answer.text()}`);
  const body = (await answer.json()) as { access_token: string; refresh_token: string };
  return { access: body.access_token, refresh: body.refresh_token };
}
