import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
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

/** Whether every user may pass through all directories above a path. */
function isOpen(path: string): boolean {
  for (let at = path; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/**
 * A command that sees a closed checkout at an open place: a bind mount in a mount namespace of its own, so nothing is
 * left behind. Each step replaces the one before, so the process id is that of the command.
 */
function throughOpenPlace(checkout: string, place: string, command: readonly string[], o: LauncherOptions): string[] {
  const ids = o.uid === undefined ? [] : [`--reuid=${o.uid}`, `--regid=${o.gid}`, '--clear-groups'];
  const script = 'mount --bind "$1" "$2" && shift 2 && exec "$@"';
  return ['unshare', '--mount', 'sh', '-c', script, 'sh', checkout, place, 'setpriv', ...ids, ...command];
}

/** Starts the launcher on a data directory, in a process that a test may kill. */
export function launcherProcess(dataDir: string, options: LauncherOptions = {}): LauncherProcess {
  const own = resolve(__dirname, '../..');
  const hidden = options.checkout === undefined && process.getuid?.() === 0 && !isOpen(own);
  const place = join(tmpdir(), 'watchkeeper-open-checkout');
  if (hidden) mkdirSync(place, { recursive: true, mode: 0o755 });
  const support = join(hidden ? place : (options.checkout ?? own), 'test', 'support');
  const launcher = [join(support, 'typescript-loader.mjs'), join(support, 'launch-postgres.mjs'), dataDir];
  const plain = [process.execPath, '--import', ...launcher];
  const [file = '', ...args] = hidden ? throughOpenPlace(own, place, plain, options) : plain;
  const ids = hidden || options.uid === undefined ? {} : { uid: options.uid, gid: options.gid };
  const child: ChildProcess = spawn(file, args, {
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
