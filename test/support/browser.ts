import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { temporaryDirectory } from './process.js';

/** A page of an origin of its own in a headless Chromium (Debian package `chromium`). */
export interface Page {
  readonly origin: string;
  /** What the script of the page passed to `report`, in order. */
  readonly reports: readonly unknown[];
  /** Opens the page with this script. */
  run(script: string): void;
  close(): Promise<void>;
}

const reporter = `const report = (what) => { chain = chain.then(() => fetch('/report', { method: 'POST', body: JSON.stringify(what) })); };
let chain = Promise.resolve();`;

/** Serves the page, and runs it when told to. */
export async function openPage(): Promise<Page> {
  const reports: unknown[] = [];
  let script = '';
  const server = createServer((request, response) => {
    if (request.method !== 'POST') {
      response.setHeader('content-type', 'text/html');
      response.end(`<!doctype html><title>page</title><script>${reporter}\n${script}</script>`);
      return;
    }
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      reports.push(JSON.parse(text));
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const directory = temporaryDirectory('chromium');
  let stop = (): Promise<void> => Promise.resolve();
  return {
    origin,
    reports,
    run: (text) => {
      script = text;
      const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--remote-debugging-port=0'];
      const browser = spawn('chromium', [...flags, `--user-data-dir=${directory.path}`, origin], { stdio: 'ignore' });
      const gone = once(browser, 'exit').catch((error: unknown) => {
        throw new Error('chromium cannot be started: apt-get install chromium', { cause: error });
      });
      stop = async () => {
        browser.kill('SIGKILL');
        await gone;
      };
    },
    close: async () => {
      await stop();
      server.closeAllConnections();
      server.close();
      directory.remove();
    },
  };
}
