import { Injectable } from '@nestjs/common';

/** Work that waits in this process, by queue. Whoever has a queue registers how to read its length. */
@Injectable()
export class QueueLengths {
  private readonly queues = new Map<string, () => number>();

  /** @param name snake_case, from a closed set: it becomes a label */
  register(name: string, length: () => number): void {
    this.queues.set(name, length);
  }

  /** Name and length of every queue, in order of names. */
  read(): readonly (readonly [name: string, length: number])[] {
    return [...this.queues].map(([name, length]) => [name, length()] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  }
}
