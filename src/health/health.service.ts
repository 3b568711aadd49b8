import { Inject, Injectable } from '@nestjs/common';
import { collectConfig, type CollectConfig, Latest, Participants, type Verdict, worst } from '../collect/index.js';
import { Clock, Readiness } from '../core/index.js';
import { type AssessedCheck, assess, type Judged } from './assessment.js';

/** An observation is stale after this many missed passes. */
const missedPasses = 3;
/** Probes of the same answer within this time share it, so that health checks cannot be used as load. */
const readinessCacheMs = 2_000;

/** Reads the latest observations and says what is well. */
@Injectable()
export class HealthService {
  private readiness:
    { readonly atMs: number; readonly problems: Promise<Readonly<Record<string, string>>> } | undefined;

  constructor(
    private readonly latest: Latest,
    private readonly participants: Participants,
    private readonly ready: Readiness,
    private readonly clock: Clock,
    @Inject(collectConfig.token) private readonly collect: CollectConfig,
  ) {}

  /** Every check of every collector. */
  checks(): readonly AssessedCheck[] {
    const now = this.clock.nowMs();
    const since = (check: string): number | null => this.latest.checkSince(check) ?? null;
    return this.judged().flatMap((judged) => assess(judged, this.latest.of(judged.component), now, since));
  }

  /** The worst verdict of all checks that count. */
  overall(): Verdict {
    return worst(this.checks().flatMap((check) => (check.verdict === 'absent' ? [] : [check.verdict])));
  }

  /** What keeps this instance from taking traffic, by name; empty when ready. Cached for 2 s. */
  readinessProblems(): Promise<Readonly<Record<string, string>>> {
    // Load balancers have only the grace time of the shutdown to notice.
    if (this.ready.isShuttingDown) return this.ready.problems();
    const now = this.clock.monotonicMs();
    if (!this.readiness || now - this.readiness.atMs >= readinessCacheMs) {
      this.readiness = { atMs: now, problems: this.ready.problems() };
    }
    return this.readiness.problems;
  }

  private judged(): readonly Judged[] {
    return this.participants.collectors().map(({ component, checks, everyMs, timeoutMs }) => ({
      component,
      checks,
      freshForMs: missedPasses * (everyMs ?? this.collect.COLLECT_INTERVAL_MS) + timeoutMs,
    }));
  }
}
