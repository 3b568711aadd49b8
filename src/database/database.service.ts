import { Logger } from '@nestjs/common';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { causeChain, type Clock, type Timer } from '../core/index.js';
import type { DatabaseConfig } from './database.config.js';
import type { QueryWatch } from './database.client.js';
import { notReady, translateDatabaseError } from './database.errors.js';
import { closeSource, createSource, migrate, poolOf, type DatabaseSchema } from './database.source.js';

/** The application's own connection pool at one moment. */
export interface PoolState {
  /** Connections the pool may open at most. */
  readonly size: number;
  /** Connections executing something or handed out for it. */
  readonly active: number;
  readonly idle: number;
  /** Callers queueing for a connection. */
  readonly waiting: number;
}

const longestPauseMs = 5_000;
const longestDrainMs = 3_000;

/**
 * The application's access to its own PostgreSQL. Starts with the application and outlives failures: while the server
 * is away calls fail with an AppError of kind `unavailable` within the configured timeouts, and the first connection
 * and the migrations are tried again in the background until they succeed.
 */
export class Database implements OnModuleInit, OnApplicationShutdown {
  private readonly log = new Logger('Database');
  private source: DataSource | undefined;
  private opening: DataSource | undefined;
  private failure: unknown;
  private retry: Timer | undefined;
  private failures = 0;
  private inFlight = 0;
  private closed = false;
  private announceReady: () => void = () => undefined;
  private readonly readiness = new Promise<void>((resolve) => (this.announceReady = resolve));

  constructor(
    private readonly config: DatabaseConfig,
    private readonly schema: DatabaseSchema,
    private readonly clock: Clock,
    private readonly watch?: QueryWatch,
  ) {}

  /** Whether statements can be sent: a connection was made and every migration is applied. */
  get ready(): boolean {
    return this.source !== undefined;
  }

  /** The own pool; null before the first connection. */
  get pool(): PoolState | null {
    const pool = this.source && poolOf(this.source);
    if (!pool) return null;
    return {
      size: this.config.DATABASE_POOL_SIZE,
      active: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    };
  }

  /** Resolves once `ready`; never rejects. For work that has to be done once, however late the database appears. */
  whenReady(): Promise<void> {
    return this.readiness;
  }

  /**
   * Runs statements, each on whichever connection is free.
   * @throws AppError of kind `unavailable` when the database is not; other errors of the driver pass unchanged
   */
  async run<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    if (!this.source) throw notReady(this.failure);
    this.inFlight += 1;
    try {
      return await work(this.source.manager);
    } catch (error) {
      throw translateDatabaseError(error);
    } finally {
      this.inFlight -= 1;
    }
  }

  /**
   * Runs `work` in one transaction, rolled back when it throws. When the connection is lost during the commit the
   * outcome is unknown: whoever repeats must be idempotent.
   * @throws as `run`
   */
  transaction<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return this.run((em) => em.transaction(work));
  }

  /** Waits for the first attempt, and not longer than DATABASE_START_TIMEOUT_MS. */
  async onModuleInit(): Promise<void> {
    let timer: Timer | undefined;
    const enough = new Promise<void>((resolve) => {
      timer = this.clock.after(this.config.DATABASE_START_TIMEOUT_MS, resolve);
    });
    await Promise.race([this.open(), enough]);
    timer?.cancel();
  }

  /** Lets running work end, then closes; takes at most a few seconds whatever the server does. */
  async onApplicationShutdown(): Promise<void> {
    this.closed = true;
    this.retry?.cancel();
    const end = this.clock.monotonicMs() + longestDrainMs;
    while (this.inFlight > 0 && this.clock.monotonicMs() < end) await this.pause(20);
    const source = this.source ?? this.opening;
    this.source = undefined;
    if (!source) return;
    const pool = poolOf(source);
    await Promise.race([closeSource(source).catch(() => undefined), this.pause(1_000)]);
    pool?.abandon();
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.after(ms, resolve));
  }

  /** One attempt; schedules the next one when it fails. Never rejects. */
  private async open(): Promise<void> {
    try {
      await this.applyMigrations();
      const source = await this.connect('watchkeeper', this.config.DATABASE_POOL_SIZE, this.config.DATABASE_TIMEOUT_MS);
      if (this.closed) return await closeSource(source);
      this.source = source;
      this.failure = undefined;
      this.log.log('Connected to the database');
      this.announceReady();
    } catch (error) {
      if (this.closed) return;
      this.report(error);
      this.failures += 1;
      const pauseMs = Math.min(longestPauseMs, 200 * 2 ** Math.min(this.failures, 6)) * (0.5 + Math.random() / 2);
      this.retry = this.clock.after(pauseMs, () => void this.open());
    } finally {
      this.opening = undefined;
    }
  }

  /** On a connection of their own, because migrations may run longer than any statement of the application. */
  private async applyMigrations(): Promise<void> {
    const source = await this.connect('watchkeeper-migrate', 1, this.config.DATABASE_MIGRATION_TIMEOUT_MS);
    try {
      const applied = await migrate(source);
      if (applied.length > 0) this.log.log(`Applied ${applied.length} migrations: ${applied.join(', ')}`);
    } finally {
      await closeSource(source);
    }
  }

  private async connect(applicationName: string, poolSize: number, statementTimeoutMs: number): Promise<DataSource> {
    const source = createSource({
      url: this.config.DATABASE_URL ?? '',
      applicationName,
      poolSize,
      connectTimeoutMs: this.config.DATABASE_CONNECT_TIMEOUT_MS,
      statementTimeoutMs,
      schema: this.schema,
      watch: this.watch,
      onIdleError: (error) => this.log.warn(`An idle database connection broke: ${causeChain(error)}`),
    });
    this.opening = source;
    try {
      return await source.initialize();
    } catch (error) {
      await closeSource(source).catch(() => undefined);
      throw error;
    }
  }

  /** Says each new reason once and not at every attempt. */
  private report(error: unknown): void {
    const reason = causeChain(error);
    const known = this.failure !== undefined && causeChain(this.failure) === reason;
    this.failure = error;
    if (!known) this.log.warn(`The database is not available, retrying: ${reason}`);
  }
}
