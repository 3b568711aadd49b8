import { spawn } from 'node:child_process';
import {
  appendFileSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { launcherProcess, postmasterPid, query, type LauncherProcess } from '../../test/support/launcher.js';
import { silentServer, temporaryDirectory, until } from '../../test/support/process.js';
import { DataDirectory } from './data-directory.js';
import { EmbeddedPostgres, type PostgresIncident } from './embedded-postgres.js';
import { isPostmasterOf } from './embedded-postgres.postmaster.js';

jest.setTimeout(180_000);

/** One data directory per test; whatever server is left in it is ended afterwards. */
let temporary: ReturnType<typeof temporaryDirectory>;
let dataDir: string;
let directory: DataDirectory | undefined;
let postgres: EmbeddedPostgres | undefined;

const children: LauncherProcess[] = [];

function launch(): LauncherProcess {
  const child = launcherProcess(dataDir);
  children.push(child);
  return child;
}

function open(report?: (incident: PostgresIncident) => void): EmbeddedPostgres {
  directory ??= DataDirectory.open(dataDir);
  postgres ??= new EmbeddedPostgres(directory, report);
  return postgres;
}

beforeEach(() => {
  temporary = temporaryDirectory('embedded');
  dataDir = join(temporary.path, 'data');
});
afterEach(async () => {
  for (const child of children.splice(0)) await child.end('SIGKILL');
  await open().stop();
  directory?.close();
  directory = undefined;
  postgres = undefined;
  temporary.remove();
});

const isAlive = (pid: number): boolean => isPostmasterOf(pid, join(dataDir, 'postgres'));
const rows = (url: string): Promise<Record<string, unknown>[]> => query(url, 'SELECT n FROM kept ORDER BY n');

describe('a first start', () => {
  it('makes a UTF-8 database of ours with statement statistics, on loopback only, durable, without superuser rights', async () => {
    const started = await open().start();
    expect(started.adopted).toBe(false);
    expect(started.version).toMatch(/^18\./);
    expect(new URL(started.url)).toMatchObject({
      hostname: '127.0.0.1',
      pathname: '/watchkeeper',
      username: 'watchkeeper',
    });
    const [settings] = await query(
      started.url,
      `SELECT current_setting('listen_addresses') AS listen, current_setting('unix_socket_directories') AS sockets,
         current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commits,
         current_setting('server_encoding') AS encoding, current_setting('TimeZone') AS zone,
         current_setting('data_checksums') AS checksums, current_setting('is_superuser') AS superuser,
         pg_has_role('pg_monitor', 'member') AS monitor, lower('ÄÖ') AS folded`,
    );
    expect(settings).toEqual({
      listen: '127.0.0.1',
      sockets: '',
      fsync: 'on',
      commits: 'on',
      encoding: 'UTF8',
      zone: 'UTC',
      checksums: 'on',
      superuser: 'off',
      monitor: true,
      folded: 'äö',
    });
    await query(started.url, 'CREATE TABLE made_by_the_owner (n int)');
    const statements = await query(started.url, 'SELECT query FROM pg_stat_statements');
    expect(statements.some((row) => String(row.query).includes('made_by_the_owner'))).toBe(true);
    expect(JSON.stringify(statements)).not.toMatch(/PASSWORD/i);
    await expect(query(started.url, `SELECT pg_read_file('/etc/passwd')`)).rejects.toThrow(/permission denied/);
    const wrong = new URL(started.url);
    wrong.password = 'guessed';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
  });

  it('keeps the passwords out of the log and the log out of reach of others', async () => {
    const started = await open().start();
    const log = readFileSync(join(dataDir, 'postgres.log'), 'utf8');
    expect(log).toContain('ready to accept connections');
    expect(log).not.toContain(new URL(started.url).password);
    expect(statSync(join(dataDir, 'postgres.log')).mode & 0o077).toBe(0);
  });

  it('starts anew when an earlier initdb was killed half-way, and removes what that left', async () => {
    const child = launch();
    const unfinished = async (): Promise<boolean> =>
      readdirSync(dataDir).some((name) => name.startsWith('postgres.unfinished-'));
    await until('initdb has begun', unfinished);
    await child.end('SIGKILL');
    const { url } = await open().start();
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await unfinished()).toBe(false);
  });

  it('refuses files that are not its own, naming them', async () => {
    mkdirSync(join(dataDir, 'postgres'), { recursive: true });
    writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '17\n');
    await expect(open().start()).rejects.toMatchObject({
      code: 'embedded.postgres_data_foreign',
      publicText: expect.stringContaining('PostgreSQL 17'),
    });
    rmSync(join(dataDir, 'postgres', 'PG_VERSION'));
    writeFileSync(join(dataDir, 'postgres', 'thesis.txt'), '');
    await expect(open().start()).rejects.toMatchObject({ code: 'embedded.postgres_data_foreign' });
    rmSync(join(dataDir, 'postgres'), { recursive: true });
  });
});

describe('a later start', () => {
  it('keeps the data and the login', async () => {
    const first = await open().start();
    await query(first.url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)');
    await open().stop();
    const second = await open().start();
    expect(second.adopted).toBe(false);
    expect(await rows(second.url)).toEqual([{ n: 1 }]);
    expect(new URL(second.url).password).toBe(new URL(first.url).password);
  });

  it('sets new passwords when the secrets were lost', async () => {
    const first = await open().start();
    await query(first.url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)');
    await open().stop();
    rmSync(join(dataDir, 'secrets'), { recursive: true });
    const second = await open().start();
    expect(new URL(second.url).password).not.toBe(new URL(first.url).password);
    expect(await rows(second.url)).toEqual([{ n: 1 }]);
  });

  it('is not stopped by a recycled pid, and leaves that process alone', async () => {
    const started = await open().start();
    const pidFile = join(dataDir, 'postgres', 'postmaster.pid');
    const left = readFileSync(pidFile, 'utf8');
    await query(started.url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)');
    await open().stop();
    const { uid, gid } = statSync(join(dataDir, 'postgres'));
    const stranger = spawn('sleep', ['120'], process.getuid?.() === 0 ? { uid, gid } : {});
    try {
      writeFileSync(pidFile, left.replace(/^\d+/, String(stranger.pid)));
      const second = await open().start();
      expect(second.adopted).toBe(false);
      expect(await rows(second.url)).toEqual([{ n: 1 }]);
      expect(stranger.exitCode).toBeNull();
      expect(stranger.signalCode).toBeNull();
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  it('puts a log that has grown too long aside', async () => {
    mkdirSync(dataDir);
    const log = join(dataDir, 'postgres.log');
    writeFileSync(log, '');
    truncateSync(log, 9 * 1024 * 1024);
    await open().start();
    expect(statSync(log).size).toBeLessThan(1024 * 1024);
    expect(statSync(`${log}.old`).size).toBe(9 * 1024 * 1024);
  });
});

describe('a server left over by a killed process', () => {
  it('survives ten kills of its parent, the server itself killed in between, with every committed row kept', async () => {
    for (let round = 1; round <= 10; round++) {
      const child = launch();
      const { url, adopted } = await child.answer();
      expect(adopted).toBe(round % 3 !== 1);
      await query(url, `CREATE TABLE IF NOT EXISTS kept (n int); INSERT INTO kept VALUES (${round})`);
      await child.end('SIGKILL');
      if (round % 3 === 0) process.kill(postmasterPid(dataDir), 'SIGKILL');
    }
    const { url } = await open().start();
    expect(await rows(url)).toEqual(Array.from({ length: 10 }, (_, index) => ({ n: index + 1 })));
  });

  it('is adopted with its port, and ended by the process that adopted it', async () => {
    const child = launch();
    const first = await child.answer();
    await child.end('SIGKILL');
    const pid = postmasterPid(dataDir);
    const second = await open().start();
    expect(second).toEqual({ ...first, adopted: true });
    await open().stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('is waited for while it recovers, not killed, and adopted then', async () => {
    await open().start();
    await open().stop();
    // A standby that serves no readers answers "not accepting connections", like a recovery, until it is promoted.
    const cluster = join(dataDir, 'postgres');
    const { uid, gid } = statSync(cluster);
    const put = (name: string): void => {
      writeFileSync(join(cluster, name), '');
      chownSync(join(cluster, name), uid, gid);
    };
    appendFileSync(join(cluster, 'postgresql.auto.conf'), 'hot_standby = off\n');
    put('standby.signal');
    directory?.close();
    directory = undefined;
    postgres = undefined;
    const child = launch();
    const entered = (): boolean =>
      readFileSync(join(dataDir, 'postgres.log'), 'utf8').includes('entering standby mode');
    await until('the server recovers', async () => entered());
    await child.end('SIGKILL');
    const pid = postmasterPid(dataDir);
    const started = open().start();
    const refused = (): number =>
      readFileSync(join(dataDir, 'postgres.log'), 'utf8').split('not accepting connections').length;
    const before = refused();
    await until('the launcher has asked', () => refused() > before);
    put('promote');
    process.kill(pid, 'SIGUSR1');
    expect(await started).toMatchObject({ adopted: true });
    expect(postmasterPid(dataDir)).toBe(pid);
  });

  it('is replaced when it hangs', async () => {
    const child = launch();
    await child.answer();
    await child.end('SIGKILL');
    const pid = postmasterPid(dataDir);
    process.kill(pid, 'SIGSTOP');
    const second = await open().start();
    expect(second.adopted).toBe(false);
    expect(isAlive(pid)).toBe(false);
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('is replaced when it is shutting down and waits for a client', async () => {
    const child = launch();
    const { url } = await child.answer();
    await child.end('SIGKILL');
    const pid = postmasterPid(dataDir);
    const busy = query(url, 'SELECT pg_sleep(120)').catch((error: unknown) => error);
    await until('the statement runs', async () => {
      const [row] = await query(
        url,
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE '%pg_sleep(120)'`,
      );
      return row?.n === 1;
    });
    // Smart shutdown: refuses new clients and waits for the old ones.
    process.kill(pid, 'SIGTERM');
    const second = await open().start();
    expect(second.adopted).toBe(false);
    expect(isAlive(pid)).toBe(false);
    expect(await busy).toBeInstanceOf(Error);
  });

  it('is out of reach of a second process while the first one lives', async () => {
    const child = launch();
    await child.answer();
    const second = launch();
    expect(await second.answer()).toEqual({
      code: 'embedded.data_directory_in_use',
      message: expect.stringContaining(`process ${child.pid}`),
    });
    await child.end('SIGTERM');
    expect(readdirSync(dataDir)).not.toContain('lock');
  });
});

describe('a running server', () => {
  it('comes back on its port when it is killed, and says so', async () => {
    const incidents: string[] = [];
    const { url } = await open((incident) => incidents.push(incident.kind)).start();
    await query(url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)');
    process.kill(postmasterPid(dataDir), 'SIGKILL');
    await until('it is back', () => incidents.includes('recovered'));
    expect(incidents).toEqual(['lost', 'recovered']);
    expect(await rows(url)).toEqual([{ n: 1 }]);
  });

  it('comes back as soon as another program gives its port free', async () => {
    const incidents: string[] = [];
    const { url } = await open((incident) => incidents.push(incident.kind)).start();
    process.kill(postmasterPid(dataDir), 'SIGKILL');
    const port = Number(new URL(url).port);
    let taker: Awaited<ReturnType<typeof silentServer>> | undefined;
    await until('the port is taken', async () => {
      taker = await silentServer(port);
      return true;
    });
    await until('it noticed', () => incidents.includes('lost'));
    await taker?.close();
    await until('it is back', () => incidents.includes('recovered'), 60_000);
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('leads a session of its own, so a Ctrl-C at the terminal does not reach it before us', async () => {
    await open().start();
    const pid = postmasterPid(dataDir);
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    expect(session).toBe(String(pid));
  });

  it('ends within the stop, with clients connected, and a second stop does nothing', async () => {
    const { url } = await open().start();
    const pid = postmasterPid(dataDir);
    const busy = query(url, 'SELECT pg_sleep(120)').catch((error: unknown) => error);
    await until('the statement runs', async () => {
      const [row] = await query(
        url,
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE '%pg_sleep(120)'`,
      );
      return row?.n === 1;
    });
    await open().stop();
    await open().stop();
    expect(isAlive(pid)).toBe(false);
    expect(await busy).toBeInstanceOf(Error);
  });

  it('is ended when the stop comes during its start', async () => {
    const launcher = open();
    const started = launcher.start();
    await Promise.all([expect(started).rejects.toMatchObject({ code: 'embedded.postgres_stopped' }), launcher.stop()]);
    expect(
      readdirSync(dataDir).includes('postgres') && readdirSync(join(dataDir, 'postgres')).includes('postmaster.pid'),
    ).toBe(false);
  });
});
