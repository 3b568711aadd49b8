import { execFile } from 'node:child_process';
import { chownSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { databaseTestConfig } from '../../test/support/database.js';
import { startPostgres, type RunningPostgres } from '../../test/support/postgres.js';
import { freePort, runServer, temporaryDirectory, until, type RunningServer } from '../../test/support/process.js';
import { SystemClock } from '../core/index.js';
import { DatabaseCollector } from './database.collector.js';
import { databaseMetrics } from './database.metrics.js';
import type { DatabaseSnapshot } from './database.snapshot.js';
import { samplesOf } from '../collect/index.js';
import pg from 'pg';

const binaries = '/usr/lib/postgresql/15/bin';

/** A streaming standby of the server, cloned by pg_basebackup. */
async function startStandby(primary: RunningPostgres): Promise<RunningServer> {
  const { uid, gid } = statSync(primary.dataDirectory);
  const directory = temporaryDirectory('standby');
  chownSync(directory.path, uid, gid);
  const data = join(directory.path, 'data');
  const login = `${primary.url}?application_name=second`;
  const options = { uid, gid, cwd: directory.path };
  await promisify(execFile)(
    join(binaries, 'pg_basebackup'),
    ['-D', data, '-d', login, '-R', '-X', 'stream', '-c', 'fast'],
    options,
  );
  const port = await freePort();
  const url = primary.url.replace(`:${primary.port}/`, `:${port}/`);
  return runServer({
    name: 'PostgreSQL standby',
    debianPackage: 'postgresql-15',
    port,
    url,
    directory,
    command: () => ({
      file: join(binaries, 'postgres'),
      args: ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
      ...options,
    }),
    ready: async () => {
      const client = new pg.Client(url);
      await client.connect();
      await client.end();
      return true;
    },
  });
}

describe('replication figures on debian15', () => {
  let primary: RunningPostgres;
  let standby: RunningServer;
  const collectors: DatabaseCollector[] = [];
  const at = (url: string): DatabaseCollector => {
    const collector = new DatabaseCollector(databaseTestConfig({ DATABASE_URL: url }), new SystemClock());
    collectors.push(collector);
    return collector;
  };
  const collect = (c: DatabaseCollector): Promise<DatabaseSnapshot> => c.collect(AbortSignal.timeout(5_000));

  beforeAll(async () => {
    primary = await startPostgres({ version: 'debian15' });
    standby = await startStandby(primary);
  });
  afterAll(async () => {
    for (const collector of collectors) collector.onApplicationShutdown();
    await standby.dispose();
    await primary.dispose();
  });

  it('tells each standby and its lag on the primary', async () => {
    const collector = at(primary.url);
    await until('the standby streams', async () => (await collect(collector)).standbys[0]?.state === 'streaming');
    await primary.adminQuery('CREATE TABLE copied AS SELECT generate_series(1, 20000) AS n');
    await until('the standby has caught up', async () => (await collect(collector)).standbys[0]?.lagBytes === 0);
    const seen = await collect(collector);
    expect(seen.standbys).toMatchObject([{ name: 'second', state: 'streaming', syncState: 'async', lagBytes: 0 }]);
    expect(seen.replayLagSeconds).toBeNull();
    const { samples } = samplesOf(databaseMetrics, seen);
    expect(samples.find((s) => s.name === 'database_replication_lag_bytes')?.labels).toEqual({ standby: 'second' });
  });

  it('tells the lag while the standby has stopped replaying, and that it is a standby', async () => {
    const onPrimary = at(primary.url);
    const onStandby = at(standby.url);
    const client = new pg.Client(standby.url);
    await client.connect();
    await client.query('SELECT pg_wal_replay_pause()');
    await primary.adminQuery('INSERT INTO copied SELECT generate_series(1, 20000)');
    await until('the lag shows', async () => ((await collect(onPrimary)).standbys[0]?.lagBytes ?? 0) > 500_000);
    const seen = await collect(onStandby);
    expect(seen.inRecovery).toBe(true);
    expect(seen.replayLagSeconds).toBeGreaterThan(0);
    expect(onStandby.judge(seen)[0]).toMatchObject({ verdict: 'degraded' });
    await client.query('SELECT pg_wal_replay_resume()');
    await client.end();
    await until('it has caught up', async () => (await collect(onStandby)).replayLagSeconds === 0);
  });
});
