import { randomBytes, randomUUID } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '../core/index.js';
import { takeLock } from './data-directory.lock.js';
import { dataDirectoryUnusable, secretEmpty } from './embedded.errors.js';

/** A value kept in DATA_DIR, and whether this call made it. */
export interface KeptSecret {
  readonly value: string;
  readonly created: boolean;
}

/** 256 bits of randomness in characters that need no escaping in a URL. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Writes a directory's entries to the disk. Windows cannot open a directory; there the rename alone has to do. */
function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * The directory of everything this instance keeps (DATA_DIR). Opening takes a lock, so two processes never work in
 * one directory. Work at start only, hence synchronous.
 */
export class DataDirectory {
  private constructor(
    /** Absolute. */
    readonly path: string,
    private readonly release: () => void,
  ) {}

  /**
   * Opens the directory, creating it where needed.
   * @throws embedded.data_directory_unusable, embedded.data_directory_in_use
   */
  static open(dataDir: string): DataDirectory {
    const path = resolve(dataDir);
    try {
      const made = mkdirSync(path, { recursive: true, mode: 0o700 });
      // As root, PostgreSQL runs as another user, who has to pass through (but not list) this directory.
      if (process.getuid?.() === 0 && statSync(path).uid === 0) chmodSync(path, statSync(path).mode | 0o011);
      if (made !== undefined) syncDirectory(dirname(path));
      return new DataDirectory(path, takeLock(join(path, 'lock'), path));
    } catch (error) {
      if (error instanceof AppError) throw error;
      throw dataDirectoryUnusable(path, error);
    }
  }

  /** Path of an entry of this directory. */
  entry(...parts: readonly string[]): string {
    return join(this.path, ...parts);
  }

  /**
   * Reads a secret, or makes and keeps it (`secrets/<name>`, readable by the owner alone). It is on the disk before
   * this returns, since what it protects will outlive this process.
   * @param name lower-case words joined by hyphens
   * @throws embedded.secret_empty, embedded.data_directory_unusable
   */
  secret(name: string, make: () => string = randomSecret): KeptSecret {
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) throw new TypeError(`not a name of a secret: ${name}`);
    const file = this.entry('secrets', name);
    try {
      const value = readFileSync(file, 'utf8').trimEnd();
      if (value === '') throw secretEmpty(file);
      return { value, created: false };
    } catch (error) {
      if (error instanceof AppError) throw error;
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw dataDirectoryUnusable(file, error);
    }
    const value = make();
    try {
      this.keep(file, value);
    } catch (error) {
      throw dataDirectoryUnusable(file, error);
    }
    return { value, created: true };
  }

  /** Gives the lock back. What was kept stays. */
  close(): void {
    this.release();
  }

  private keep(file: string, value: string): void {
    const directory = dirname(file);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.own(directory);
    for (const left of readdirSync(directory)) {
      if (left.endsWith('.new')) rmSync(join(directory, left), { force: true });
    }
    const aside = `${file}.${randomUUID()}.new`;
    const handle = openSync(aside, 'wx', 0o600);
    try {
      writeSync(handle, `${value}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    this.own(aside);
    renameSync(aside, file);
    syncDirectory(directory);
    syncDirectory(this.path);
  }

  /** What root writes belongs to the owner of the directory, who may start the next time. */
  private own(path: string): void {
    if (process.getuid?.() !== 0) return;
    const { uid, gid } = statSync(this.path);
    chownSync(path, uid, gid);
  }
}
