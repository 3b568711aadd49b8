import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pg from 'pg';

/** What the child says: the started server, or the error. */
export interface LauncherAnswer {
  readonly url?: string;
  readonly version?: string;
  readonly adopted?: boolean;
  readonly code?: string;
  readonly message?: string;
}

/** A node process of its own that runs the PostgreSQL launcher. */
export interface LauncherProcess {
  readonly pid: number;
  /** Its first line. Rejects when it ends without one. */
  answer(): Promise<LauncherAnswer>;
  /** Ends it by a signal and waits until it is gone. */
  end(signal: NodeJS.Signals): Promise<void>;
}

export interface LauncherOptions {
  /** Root of the sources and `node_modules`; this checkout if absent. */
  readonly checkout?: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** Starts the launcher on a data directory, in a process that a test may kill. */
export function launcherProcess(dataDir: string, options: LauncherOptions = {}): LauncherProcess {
  const checkout = options.checkout ?? resolve(__dirname, '../..');
  const support = join(checkout, 'test', 'support');
  const args = ['--import', join(support, 'typescript-loader.mjs'), join(support, 'launch-postgres.mjs'), dataDir];
  const ids = options.uid === undefined ? {} : { uid: options.uid, gid: options.gid };
  const child: ChildProcess = spawn(process.execPath, args, {
    ...ids,
    cwd: '/',
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4000)));
  const gone = once(child, 'close');
  const answered = new Promise<void>((settle) => {
    child.stdout?.on('data', () => output.includes('\n') && settle());
    void gone.then(() => settle());
  });
  return {
    pid: child.pid ?? 0,
    answer: async () => {
      await answered;
      if (!output.includes('\n')) throw new Error(`the launcher ended without an answer: ${errors}`);
      return JSON.parse(output) as LauncherAnswer;
    },
    end: async (signal) => {
      child.kill(signal);
      await gone;
    },
  };
}

/** The server's process id, by its `postmaster.pid`. */
export function postmasterPid(dataDir: string): number {
  return Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

/** Runs one statement on a connection of its own. */
export async function query(url: string | undefined, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
