import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../core/index.js';
import type { DataDirectory } from './data-directory.js';
import { postgresFailed, postgresLoginRefused, postgresStopped } from './embedded.errors.js';
import { findBinaries, type PostgresBinaries } from './embedded-postgres.binaries.js';
import { createCluster, hasCluster, setSuperuserPassword, superuser } from './embedded-postgres.cluster.js';
import { databaseName, loginUrl, prepareDatabase, tryLogin, type LoginAnswer } from './embedded-postgres.database.js';
import { findIdentity, type PostgresIdentity } from './embedded-postgres.identity.js';
import { isPostmasterOf, readPostmasterFile, stopPostmaster } from './embedded-postgres.postmaster.js';
import { freeLoopbackPort, spawnServer } from './embedded-postgres.server.js';

export interface StartedPostgres {
  /** Login of the application: owner of its database, reader of all statistics, no superuser. Holds a password. */
  readonly url: string;
  /** `18.4` */
  readonly version: string;
  /** True when the server of an earlier process was found running and taken over. */
  readonly adopted: boolean;
}

/** What happened to a running server without our doing. */
export type PostgresIncident =
  | { readonly kind: 'lost' | 'recovered' }
  | { readonly kind: 'recovery_failed'; readonly error: unknown; readonly retryInMs: number };

/** A crash recovery replays up to `max_wal_size` (1 GB) of log; slow disks take minutes for it. */
const readyTimeoutMs = 300_000;
/** How long a left-over server may stay silent before it counts as hung. */
const silenceTimeoutMs = 10_000;
/** Processes of a killed server hold its shared memory until they notice. */
const remainsTimeoutMs = 15_000;
const pollMs = 50;
const watchMs = 1_000;
const longestRetryMs = 30_000;

interface Running {
  readonly port: number;
  readonly pid: number;
  readonly version: string;
  readonly adopted: boolean;
}

interface Installation {
  readonly binaries: PostgresBinaries;
  readonly identity: PostgresIdentity;
  readonly superuserPassword: string;
}

/**
 * Runs the PostgreSQL that the application brings along, with its data in DATA_DIR. The server is a process of its
 * own that outlives a killed parent; the next start adopts it. A server that dies is started again on its port.
 */
export class EmbeddedPostgres {
  private readonly cluster: string;
  private readonly logPath: string;
  private installation: Installation | undefined;
  private running: Running | undefined;
  private stopping = false;
  private watch: NodeJS.Timeout | undefined;
  /** A start or a revival in progress; settles, never rejects. */
  private busy: Promise<unknown> = Promise.resolve();

  /** @param report hears of a server that died and of its way back */
  constructor(
    private readonly directory: DataDirectory,
    private readonly report: (incident: PostgresIncident) => void = () => undefined,
  ) {
    this.cluster = directory.entry('postgres');
    this.logPath = directory.entry('postgres.log');
  }

  /**
   * Makes the server run and the database ready. The first start creates the data.
   * @throws embedded.postgres_unsupported, embedded.postgres_unreachable_path, embedded.postgres_data_foreign,
   *   embedded.postgres_login_refused, embedded.postgres_failed, embedded.postgres_stopped
   */
  start(): Promise<StartedPostgres> {
    this.stopping = false;
    const started = this.begin();
    this.busy = started.catch(() => undefined);
    return started;
  }

  /** Ends the server in order; bounded to 20 s. A second call, or one before `start`, does nothing. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.watch);
    await this.busy;
    const pid = readPostmasterFile(this.cluster)?.pid;
    this.running = undefined;
    if (pid !== undefined) await stopPostmaster(pid, this.cluster);
  }

  private async begin(): Promise<StartedPostgres> {
    const superuserPassword = this.directory.secret('postgres-superuser').value;
    const password = this.directory.secret('postgres-watchkeeper').value;
    const binaries = await findBinaries();
    const there = hasCluster(this.cluster, binaries.major);
    const identity = await findIdentity(binaries, this.directory.path, there ? this.cluster : null);
    if (!there) await createCluster(this.cluster, superuserPassword, binaries, identity);
    this.installation = { binaries, identity, superuserPassword };
    const running = (await this.adopt()) ?? (await this.launchKnown());
    this.running = running;
    await prepareDatabase(running.port, superuserPassword, password);
    this.watchOver();
    const url = loginUrl({ port: running.port, user: databaseName, password, database: databaseName });
    return { url, version: running.version, adopted: running.adopted };
  }

  private login(port: number): Promise<LoginAnswer> {
    const password = this.installed().superuserPassword;
    return tryLogin({ port, user: superuser, password, database: 'postgres' });
  }

  private installed(): Installation {
    if (!this.installation) throw postgresStopped();
    return this.installation;
  }

  /** Takes over the server that an earlier process left, or ends it when it is of no use. Null when there is none. */
  private async adopt(): Promise<Running | null> {
    const end = performance.now() + readyTimeoutMs;
    let heard = performance.now();
    for (;;) {
      this.goOn();
      const left = readPostmasterFile(this.cluster);
      if (!left) return null;
      if (!isPostmasterOf(left.pid, this.cluster)) {
        // PostgreSQL refuses to start while any process of its user has this pid, whatever program that is.
        rmSync(`${this.cluster}/postmaster.pid`, { force: true });
        return null;
      }
      const answer = left.port === null ? null : await this.login(left.port);
      if (answer?.kind === 'ready' && answer.major === this.installed().binaries.major) {
        return { port: left.port ?? 0, pid: left.pid, version: answer.version, adopted: true };
      }
      const now = performance.now();
      if (answer?.kind === 'starting') heard = now;
      const useless = answer?.kind === 'ready' || answer?.kind === 'refused' || answer?.kind === 'stopping';
      if (useless || now - heard > silenceTimeoutMs) {
        await stopPostmaster(left.pid, this.cluster);
        continue;
      }
      if (now > end) throw postgresFailed('did not get ready in time', this.logPath, '');
      await pause(pollMs);
    }
  }

  /** Starts a server. One that refuses our login (the secret was lost) gets the password of the secret first. */
  private async launchKnown(): Promise<Running> {
    const { binaries, identity, superuserPassword } = this.installed();
    try {
      return await this.launch();
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'embedded.postgres_login_refused') throw error;
    }
    await setSuperuserPassword(this.cluster, superuserPassword, binaries, identity);
    return this.launch();
  }

  /** Starts a server and waits until it takes our login. Tries again where the reason passes by itself. */
  private async launch(fixedPort?: number): Promise<Running> {
    const { binaries, identity } = this.installed();
    const end = performance.now() + remainsTimeoutMs;
    for (;;) {
      this.goOn();
      const port = fixedPort ?? (await freeLoopbackPort());
      const server = spawnServer(this.cluster, port, this.logPath, binaries, identity);
      const answer = await this.ready(port, server);
      if (answer && server.pid !== undefined) {
        return { port, pid: server.pid, version: answer.version, adopted: false };
      }
      const output = server.output();
      const passing = /Address already in use|pre-existing shared memory block|lock file "postmaster.pid"/.test(output);
      if (!passing || performance.now() > end) {
        throw postgresFailed('ended while starting', this.logPath, output);
      }
      await pause(4 * pollMs);
      const other = await this.adopt();
      if (other) return other;
    }
  }

  /** Waits for the login. Null when the server ended first. */
  private async ready(
    port: number,
    server: { pid: number | undefined; hasEnded(): boolean },
  ): Promise<{ version: string } | null> {
    for (const end = performance.now() + readyTimeoutMs; performance.now() < end; await pause(pollMs)) {
      if (this.stopping && server.pid !== undefined) await stopPostmaster(server.pid, this.cluster);
      this.goOn();
      if (server.hasEnded()) return null;
      // Until the server has written its pid, the port may be another program's.
      if (readPostmasterFile(this.cluster)?.pid !== server.pid) continue;
      const answer = await this.login(port);
      if (answer.kind === 'ready') return answer;
      if (answer.kind === 'refused') {
        if (server.pid !== undefined) await stopPostmaster(server.pid, this.cluster);
        throw postgresLoginRefused(this.logPath);
      }
    }
    throw postgresFailed('did not get ready in time', this.logPath, '');
  }

  private goOn(): void {
    if (this.stopping) throw postgresStopped();
  }

  private watchOver(): void {
    const look = (): void => {
      if (this.stopping || !this.running) return;
      if (!isPostmasterOf(this.running.pid, this.cluster)) {
        this.report({ kind: 'lost' });
        this.busy = this.revive(this.running.port);
        return;
      }
      this.watch = setTimeout(look, watchMs).unref();
    };
    clearTimeout(this.watch);
    this.watch = setTimeout(look, watchMs).unref();
  }

  /** Clients hold the URL, so the server has to come back on its port. */
  private async revive(port: number): Promise<void> {
    for (let retryInMs = 1_000; !this.stopping; retryInMs = Math.min(2 * retryInMs, longestRetryMs)) {
      try {
        this.running = await this.launch(port);
        this.report({ kind: 'recovered' });
        this.watchOver();
        return;
      } catch (error) {
        if (this.stopping) return;
        this.report({ kind: 'recovery_failed', error, retryInMs });
        for (const end = performance.now() + retryInMs; performance.now() < end && !this.stopping;) await pause(pollMs);
      }
    }
  }
}
