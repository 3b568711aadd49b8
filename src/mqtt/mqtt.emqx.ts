import { AppError, type Clock } from '../core/index.js';
import { emqxNumbers, emqxVersion } from './mqtt.emqx-parse.js';
import { emqxRefused, emqxUnreachable, mqttAborted } from './mqtt.errors.js';
import type { BrokerReading, FiguresState } from './mqtt.snapshot.js';
import type { BrokerSource } from './mqtt.source.js';

export interface EmqxOptions {
  /** Base of the REST API, without `/api/v5`. */
  readonly url: string;
  readonly key: string;
  readonly secret: string;
  readonly timeoutMs: number;
}

/** The answers are some kilobytes; a cluster of a hundred nodes stays below this. */
const largestAnswerBytes = 1_048_576;

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += (chunk as Uint8Array).length;
    if (size > largestAnswerBytes) throw new Error('the answer is too large');
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const noFigures = (state: FiguresState): BrokerReading => ({
  kind: 'emqx',
  version: null,
  state,
  numbers: {},
  loads: [],
  startedAtSeconds: null,
  ageSeconds: null,
});

/**
 * The REST API of EMQX 5. A broker whose API does not answer is still a broker that runs, so the failure is told as a
 * reading without figures.
 */
export class EmqxSource implements BrokerSource {
  constructor(
    private readonly options: EmqxOptions,
    private readonly clock: Clock,
  ) {}

  async read(_link: unknown, signal: AbortSignal): Promise<BrokerReading> {
    try {
      const [stats, metrics, nodes, monitor] = await Promise.all([
        this.get('stats?aggregate=true', signal),
        this.get('metrics?aggregate=true', signal),
        this.get('nodes', signal),
        this.get('monitor_current', signal),
      ]);
      const numbers = emqxNumbers({ stats, metrics, nodes, monitor });
      const uptime = numbers.uptimeSeconds;
      return {
        ...noFigures('read'),
        version: emqxVersion(nodes),
        numbers,
        startedAtSeconds: uptime === undefined ? null : Math.round(this.clock.nowMs() / 1000 - uptime),
        ageSeconds: 0,
      };
    } catch (error) {
      if (signal.aborted) throw mqttAborted();
      const isRefused = error instanceof AppError && error.code === 'mqtt.emqx_refused';
      return noFigures(isRefused ? 'api_refused' : 'api_unreachable');
    }
  }

  /** @throws mqtt.emqx_unreachable, mqtt.emqx_refused */
  private async get(path: string, signal: AbortSignal): Promise<unknown> {
    const { url, key, secret, timeoutMs } = this.options;
    const limit = new AbortController();
    const timer = this.clock.after(timeoutMs, () => limit.abort());
    try {
      const response = await fetch(`${url.replace(/\/+$/, '')}/api/v5/${path}`, {
        headers: { authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}` },
        redirect: 'error',
        signal: AbortSignal.any([signal, limit.signal]),
      });
      if (response.status === 401 || response.status === 403) throw emqxRefused();
      if (!response.ok) throw new Error(`the API answered ${response.status}`);
      return JSON.parse(await readBounded(response)) as unknown;
    } catch (error) {
      throw error instanceof AppError ? error : emqxUnreachable(error);
    } finally {
      timer.cancel();
    }
  }
}
