import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';

/** A TCP port on loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A directory of its own, removed by `remove`. */
export function temporaryDirectory(name: string): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `watchkeeper-${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Polls until `probe` answers true. Waits on a condition, never for a guessed time. */
export async function until(what: string, probe: () => boolean | Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    if (await Promise.resolve(probe()).catch(() => false)) return;
    if (performance.now() > end) throw new Error(`timed out after ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * Waits until every thread of a process that got SIGSTOP has stopped: on a busy machine one of many threads may still
 * send an answer meanwhile. Synchronous, bounded to about two seconds; where there is no /proc it returns at once.
 */
export function awaitStopped(pid: number | undefined): void {
  const isStopped = (thread: string): boolean => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
  };
  for (let look = 0; look < 200; look++) {
    try {
      if (readdirSync(`/proc/${pid}/task`).every(isStopped)) return;
    } catch {
      return;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  }
}

/** A started server: real binary, loopback, free port, own directory. */
export interface RunningServer {
  readonly port: number;
  readonly url: string;
  /** SIGTERM, then SIGKILL after 10 s; resolves when the process is gone. The port and data stay usable for `start`. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Starts again on the same port with the same data. */
  start(): Promise<void>;
  /** Suspends (SIGSTOP) or resumes (SIGCONT) the process: accepts TCP and never answers. */
  suspend(): void;
  resume(): void;
  /** Stops and removes the data. */
  dispose(): Promise<void>;
}

/** What is needed to run a server binary. */
export interface ServerRecipe {
  readonly name: string;
  /** Debian package to name when the binary is missing. */
  readonly debianPackage: string;
  readonly port: number;
  readonly url: string;
  readonly directory: { path: string; remove(): void };
  command(): {
    file: string;
    args: readonly string[];
    cwd?: string;
    env?: NodeJS.ProcessEnv;
    uid?: number;
    gid?: number;
  };
  ready(): Promise<boolean>;
  readonly startTimeoutMs?: number;
}

/** Runs a server until disposed. Output is kept for the error message when it does not get ready. */
export async function runServer(recipe: ServerRecipe): Promise<RunningServer> {
  let child: ChildProcess | undefined;
  let output = '';
  const start = async (): Promise<void> => {
    const { file, args, ...options } = recipe.command();
    output = '';
    const started = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-4000);
    };
    started.stdout?.on('data', keep);
    started.stderr?.on('data', keep);
    let failure: Error | undefined;
    started.once('error', (error: NodeJS.ErrnoException) => {
      failure =
        error.code === 'ENOENT'
          ? new Error(`${file} is not installed: apt-get install ${recipe.debianPackage}`)
          : error;
    });
    await until(
      `${recipe.name} answers`,
      async () => {
        if (failure) return true;
        if (started.exitCode !== null) {
          failure = new Error(`${recipe.name} ended with ${started.exitCode}: ${output}`);
          return true;
        }
        return recipe.ready();
      },
      recipe.startTimeoutMs ?? 30_000,
    ).catch((error: unknown) => {
      started.kill('SIGKILL');
      throw new Error(`${recipe.name}: ${output}`, { cause: error });
    });
    if (failure) throw failure;
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, 'exit');
    running.kill('SIGCONT');
    running.kill(signal);
    const timer = setTimeout(() => running.kill('SIGKILL'), 10_000);
    await gone;
    clearTimeout(timer);
  };
  await start();
  return {
    port: recipe.port,
    url: recipe.url,
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    suspend: () => {
      child?.kill('SIGSTOP');
      awaitStopped(child?.pid);
    },
    resume: () => void child?.kill('SIGCONT'),
    dispose: async () => {
      await end('SIGTERM');
      recipe.directory.remove();
    },
  };
}

/** A server that accepts TCP connections and never answers. */
export async function silentServer(port = 0): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<import('node:net').Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    socket.resume();
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
