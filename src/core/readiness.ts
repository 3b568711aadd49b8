import { Injectable } from '@nestjs/common';

/** null: ready. A text: why not, for a signed-in operator. */
export type ReadinessProbe = () => Promise<string | null>;

/** What must hold before this instance takes traffic. Features register a probe; `health` asks. */
@Injectable()
export class Readiness {
  private readonly probes = new Map<string, ReadinessProbe>();
  private shuttingDown = false;

  register(name: string, probe: ReadinessProbe): void {
    this.probes.set(name, probe);
  }

  /** From here on the answer is "not ready", so that load balancers send traffic elsewhere. */
  beginShutdown(): void {
    this.shuttingDown = true;
  }

  /** Whether `beginShutdown` was called; not to be cached. */
  get isShuttingDown(): boolean {
    return this.shuttingDown;
  }

  /** Names and reasons of what is not ready; empty when all is. A probe that throws is not ready. */
  async problems(): Promise<Readonly<Record<string, string>>> {
    if (this.shuttingDown) return { process: 'The process is shutting down.' };
    const results = await Promise.all(
      [...this.probes].map(async ([name, probe]) => [name, await probe().catch(() => 'The probe failed.')] as const),
    );
    return Object.fromEntries(results.filter((entry): entry is [string, string] => entry[1] !== null));
  }
}
