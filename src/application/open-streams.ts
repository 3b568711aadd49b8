import { Injectable } from '@nestjs/common';
import type { StreamTransport } from './application.snapshot.js';

/** Counts open live streams by transport. Whoever opens one calls `opened`, and the returned function at its end. */
@Injectable()
export class OpenStreams {
  private readonly counts: Record<StreamTransport, number> = { sse: 0, websocket: 0 };

  /** @returns to be called when the stream ends; further calls do nothing */
  opened(transport: StreamTransport): () => void {
    this.counts[transport] += 1;
    let open = true;
    return () => {
      if (open) this.counts[transport] -= 1;
      open = false;
    };
  }

  read(): Readonly<Record<StreamTransport, number>> {
    return { ...this.counts };
  }
}
