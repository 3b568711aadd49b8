import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Bucket, readRecord, writeRecord } from './bucket.js';

/** Reads as much as there is; what lies beyond the end of the file, or a file that is not there, is zeros. */
export async function readAt(file: FileHandle, target: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < target.byteLength) {
    const { bytesRead } = await file.read(target, done, target.byteLength - done, position + done);
    if (bytesRead === 0) return;
    done += bytesRead;
  }
}

/** Opens for reading; undefined when there is no such file. */
export async function openToRead(path: string): Promise<FileHandle | undefined> {
  return open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/** A piece of a bucket file in memory: buckets are put here, then the changed bytes go out in one write. */
export class Block {
  private readonly view: DataView;
  private readonly bytes: Uint8Array;
  private dirtyFrom = Infinity;
  private dirtyTo = 0;

  private constructor(
    readonly path: string,
    readonly position: number,
    size: number,
  ) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  static async load(path: string, position: number, size: number): Promise<Block> {
    const block = new Block(path, position, size);
    const file = await openToRead(path);
    if (!file) return block;
    try {
      await readAt(file, block.bytes, position);
    } finally {
      await file.close();
    }
    return block;
  }

  get(offset: number): Bucket | null {
    return readRecord(this.view, offset);
  }

  put(offset: number, bucket: Bucket, bytes: number): void {
    writeRecord(this.view, offset, bucket);
    this.dirtyFrom = Math.min(this.dirtyFrom, offset);
    this.dirtyTo = Math.max(this.dirtyTo, offset + bytes);
  }

  /** Writes what changed. After a failure it is still changed, and the next call writes it. */
  async save(): Promise<void> {
    if (this.dirtyTo === 0) return;
    const file = await this.openToWrite();
    try {
      for (let at = this.dirtyFrom; at < this.dirtyTo;) {
        at += (await file.write(this.bytes, at, this.dirtyTo - at, this.position + at)).bytesWritten;
      }
    } finally {
      await file.close();
    }
    this.dirtyFrom = Infinity;
    this.dirtyTo = 0;
  }

  private async openToWrite(): Promise<FileHandle> {
    try {
      return await open(this.path, 'r+');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    return open(this.path, 'a+', 0o600).then(async (made) => {
      // Append mode ignores positions: it only makes the file.
      await made.close();
      return open(this.path, 'r+');
    });
  }
}
