import type { Observation, Sample } from '../../collect/index.js';
import { isoTime, never } from '../../core/index.js';
import type { AlertNotice } from '../alert-feed.js';
import type { UnnumberedEvent } from '../stream.event.js';

const mebibyte = 1024 ** 2;

/** One decimal, cut and not rounded, as the statistics show percentages: a figure below a limit never reads as it. */
const shown = (value: number): number => Math.floor(value * 10 + 1e-6) / 10;
const twoDecimals = (value: number): number => Math.round(value * 100) / 100;
const wholeMebibytes = (bytes: number): number => Math.floor(bytes / mebibyte);
const same = (value: number): number => value;

/** A field of an event: the metric, or the metrics in order of an array, it is made of, and how a value is shown. */
interface Field {
  readonly from: string | readonly string[];
  readonly as: (value: number) => number;
}

/** The seed's events (S0-103 to S0-105), made from samples of whichever component has them. */
const sampleEvents: Readonly<Record<'cpu' | 'memory' | 'mqtt', Readonly<Record<string, Field>>>> = {
  cpu: {
    usage_percent: { from: 'system_cpu_usage_percent', as: shown },
    load_average: { from: ['system_load1', 'system_load5', 'system_load15'], as: twoDecimals },
  },
  memory: {
    used_mb: { from: 'system_memory_used_bytes', as: wholeMebibytes },
    percent_used: { from: 'system_memory_usage_percent', as: shown },
  },
  mqtt: {
    messages_per_second: { from: 'mqtt_message_rate_per_second', as: twoDecimals },
    active_connections: { from: 'mqtt_connections_active', as: same },
  },
};

type Values = ReadonlyMap<string, number>;

function scalars(samples: readonly Sample[]): Values {
  return new Map(
    samples.filter((sample) => Object.keys(sample.labels).length === 0).map(({ name, value }) => [name, value]),
  );
}

function read({ from, as }: Field, values: Values): number | readonly number[] | null {
  if (typeof from === 'string') {
    const value = values.get(from);
    return value === undefined ? null : as(value);
  }
  const found = from.map((name) => values.get(name));
  return found.every((value) => value !== undefined) ? found.map(as) : null;
}

/** The seed's events that an observation has figures for. A field is null while its source is silent. */
export function contractEvents({ samples, startedAtMs }: Observation): readonly UnnumberedEvent[] {
  const values = scalars(samples);
  return (Object.keys(sampleEvents) as (keyof typeof sampleEvents)[]).flatMap((name) => {
    const fields = Object.entries(sampleEvents[name]).map(([field, source]) => [field, read(source, values)] as const);
    if (fields.every(([, value]) => value === null)) return [];
    return [{ name, supersedes: name, body: { timestamp: isoTime(startedAtMs), ...Object.fromEntries(fields) } }];
  });
}

function outcomeView(observation: Observation): object {
  switch (observation.outcome) {
    case 'ok':
      return {};
    case 'absent':
      return { reason: observation.reason };
    case 'failed':
      return { error: { code: observation.error.code, message: observation.error.message } };
    default:
      return never(observation);
  }
}

/** The samples that fit into the budget, as JSON values. */
function sampleViews(samples: readonly Sample[], maxBytes: number): object[] {
  const views: object[] = [];
  let bytes = 0;
  for (const { name, labels, value } of samples) {
    const view = { name, labels, value };
    bytes += JSON.stringify(view).length + 1;
    if (bytes > maxBytes) break;
    views.push(view);
  }
  return views;
}

/** Largest part of an event that samples may take; with it, two such events always fit into a client's queue. */
const maxSampleBytes = 60_000;

/** One run of any component: how it ended, its checks and its samples, cut at 60 kB. */
export function observationEvent(observation: Observation): UnnumberedEvent {
  const samples = sampleViews(observation.samples, maxSampleBytes);
  const body = {
    timestamp: isoTime(observation.startedAtMs),
    component: observation.component,
    outcome: observation.outcome,
    duration_ms: twoDecimals(observation.durationMs),
    ...outcomeView(observation),
    checks: observation.checks.map(({ name, verdict, message }) => ({ name, verdict, message })),
    samples,
    samples_omitted: observation.samples.length - samples.length,
  };
  return { name: 'observation', supersedes: `observation ${observation.component}`, body };
}

/** An alert that fired, or one that changed afterwards (S0-106, C-49). */
export function alertEvent({ kind, alert }: AlertNotice): UnnumberedEvent {
  const { id, timestamp, severity, component, message, status, device_id } = alert;
  const body = { id, timestamp, severity, component, message, status, device_id };
  return { name: kind === 'fired' ? 'alert' : 'alert_update', supersedes: null, body };
}
