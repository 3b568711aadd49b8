import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort, runServer, temporaryDirectory, type RunningServer } from './process.js';

export interface MosquittoOptions {
  /** User names and passwords; without any the broker takes anonymous clients. */
  readonly users?: Readonly<Record<string, string>>;
  /** Lines of an ACL file. */
  readonly acl?: readonly string[];
  /** Seconds between `$SYS` rounds; 0 switches them off. */
  readonly sysInterval?: number;
  /** Further lines of the configuration. */
  readonly lines?: readonly string[];
}

/** CONNECT of MQTT 3.1.1 with an empty client id and a clean session: any CONNACK says that the broker runs. */
const greeting = Buffer.from([0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 10, 0, 0]);

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(greeting));
    const end = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', end(true));
    socket.once('error', end(false));
    socket.once('close', end(false));
    socket.setTimeout(1000, end(false));
  });
}

function run(file: string, args: readonly string[], expectedExit = 0): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { timeout: 20_000 }, (error, stdout, stderr) =>
      error && error.code !== expectedExit
        ? reject(new Error(`${file}: ${stderr || error.message}`, { cause: error }))
        : resolve(stdout),
    );
  });
}

/** A Mosquitto on loopback with persistence and its own directory. */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<RunningServer> {
  const directory = temporaryDirectory('mosquitto');
  const port = await freePort();
  const configuration = [
    `listener ${port} 127.0.0.1`,
    `allow_anonymous ${options.users ? 'false' : 'true'}`,
    `sys_interval ${options.sysInterval ?? 1}`,
    'persistence true',
    `persistence_location ${directory.path}/`,
    ...(options.lines ?? []),
  ];
  if (options.users) {
    const file = join(directory.path, 'passwords');
    writeFileSync(file, '');
    for (const [name, password] of Object.entries(options.users)) {
      await run('mosquitto_passwd', ['-b', file, name, password]);
    }
    configuration.push(`password_file ${file}`);
  }
  if (options.acl) {
    const file = join(directory.path, 'acl');
    writeFileSync(file, `${options.acl.join('\n')}\n`);
    configuration.push(`acl_file ${file}`);
  }
  // Started by root, Mosquitto becomes the user `mosquitto`, who must read and write here.
  chmodSync(directory.path, 0o777);
  const file = join(directory.path, 'mosquitto.conf');
  writeFileSync(file, `${configuration.join('\n')}\n`);
  return runServer({
    name: 'mosquitto',
    debianPackage: 'mosquitto mosquitto-clients',
    port,
    url: `mqtt://127.0.0.1:${port}`,
    directory,
    command: () => ({ file: 'mosquitto', args: ['-c', file], cwd: directory.path }),
    ready: () => answers(port),
  });
}

/** Runs `mosquitto_pub` or `mosquitto_sub` against a URL with optional credentials and returns what it printed. */
export function mosquittoClient(tool: 'mosquitto_pub' | 'mosquitto_sub', url: string, args: readonly string[]) {
  return run(tool, [...clientArguments(url), ...args]);
}

/** A `mosquitto_sub` that stays, so that a test can stop it, kill it or read nothing from it. */
export function mosquittoSubscriber(url: string, args: readonly string[]): ChildProcess {
  return spawn('mosquitto_sub', [...clientArguments(url), ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
}

function clientArguments(url: string): string[] {
  const { hostname, port, username, password } = new URL(url);
  const login = username ? ['-u', decodeURIComponent(username), '-P', decodeURIComponent(password)] : [];
  return ['-h', hostname, '-p', port, '-V', 'mqttv311', ...login];
}

/** How `mosquitto_sub -W` ends when its time is over. */
const timeIsOver = 27;

/** The retained `$SYS/broker/` values as `mosquitto_sub` prints them, by topic. Takes a second. */
export async function systemTopicsOf(url: string): Promise<ReadonlyMap<string, string>> {
  const what = ['-t', '$SYS/broker/#', '-F', '%t\t%p', '--retained-only', '-W', '1'];
  const printed = await run('mosquitto_sub', [...clientArguments(url), ...what], timeIsOver);
  const lines = printed.split('\n').filter((line) => line.includes('\t'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1)] as const));
}
