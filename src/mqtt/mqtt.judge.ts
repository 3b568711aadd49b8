import type { Check, Limit, Verdict } from '../collect/index.js';
import type { FiguresState, MqttSnapshot } from './mqtt.snapshot.js';

export interface MqttLimits {
  /** Round trip in milliseconds from which the broker counts as degraded. */
  readonly roundTripMs: number;
  /** Seconds between two rounds of figures. */
  readonly sysIntervalSeconds: number;
}

/** Rounds that may be missed before the figures count as standing still. */
const roundsMissed = 3;

/** What to do about absent figures, by their state. */
const absences: Readonly<Record<Exclude<FiguresState, 'read'>, string>> = {
  silent: 'its figures are absent: it publishes no $SYS topics, or our account may not read them (ACL, sys_interval)',
  forbidden: 'its figures are absent: our account may not subscribe to the $SYS topics. Allow "topic read $SYS/#"',
  api_unreachable: 'its figures are absent: the EMQX API does not answer. Check EMQX_API_URL',
  api_refused: 'its figures are absent: the EMQX API refuses EMQX_API_KEY',
};

interface Finding {
  readonly verdict: Verdict;
  readonly message: string;
  readonly limit: Limit | null;
}

function find(s: MqttSnapshot, limits: MqttLimits): Finding {
  const slow: Limit = { figure: 'response_time_ms', operator: '>=', value: limits.roundTripMs };
  const stale: Limit = {
    figure: 'figures_age_seconds',
    operator: '>',
    value: roundsMissed * limits.sysIntervalSeconds,
  };
  if (s.roundTripMs !== null && s.roundTripMs >= slow.value) {
    const took = Math.round(s.roundTripMs);
    return { verdict: 'degraded', message: `MQTT broker responds slowly: a message took ${took} ms`, limit: slow };
  }
  if (s.ageSeconds !== null && s.ageSeconds > stale.value) {
    const age = Math.round(s.ageSeconds);
    return {
      verdict: 'degraded',
      message: `MQTT broker responding, but its figures have stood still for ${age} s`,
      limit: stale,
    };
  }
  if (s.state !== 'read') {
    return { verdict: 'degraded', message: `MQTT broker responding; ${absences[s.state]}`, limit: null };
  }
  if (s.roundTripMs === null) {
    return {
      verdict: 'degraded',
      message: 'MQTT broker responding, but it does not deliver our probe. Allow "topic readwrite watchkeeper/probe/#"',
      limit: null,
    };
  }
  return { verdict: 'ok', message: 'MQTT broker responding', limit: slow };
}

/** Whether the broker carries messages in time, and whether its figures are alive. */
export function judgeMqtt(s: MqttSnapshot, limits: MqttLimits): readonly Check[] {
  const figures: Record<string, number> = {};
  if (s.roundTripMs !== null) figures.response_time_ms = Math.round(s.roundTripMs * 1000) / 1000;
  if (s.ageSeconds !== null) figures.figures_age_seconds = Math.round(s.ageSeconds * 10) / 10;
  if (s.numbers.connected !== undefined) figures.active_connections = s.numbers.connected;
  return [{ name: 'mqtt', ...find(s, limits), figures, loadPercent: null }];
}
