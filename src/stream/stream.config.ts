import { type ConfigOf, defineConfig, variable } from '../core/index.js';

export const streamConfig = defineConfig('Live streams', {
  STREAM_MAX_CLIENTS: variable.integer({
    default: 1000,
    min: 1,
    max: 100_000,
    description: 'Streams open at once on this instance; further ones get 503.',
  }),
  STREAM_MAX_PER_USER: variable.integer({
    default: 10,
    min: 1,
    max: 100_000,
    description: 'Streams of one user open at once on this instance; further ones get 429.',
  }),
  STREAM_MAX_PER_ADDRESS: variable.integer({
    default: 50,
    min: 1,
    max: 100_000,
    description: 'Streams from one address (IPv6: one /64) open at once on this instance; further ones get 429.',
  }),
  STREAM_QUEUE_EVENTS: variable.integer({
    default: 256,
    min: 8,
    max: 10_000,
    description: 'Events that may wait for one client; then superseded samples are dropped and a gap event says so.',
  }),
  STREAM_QUEUE_BYTES: variable.integer({
    default: 262_144,
    min: 131_072,
    max: 16_777_216,
    description: 'Bytes of events that may wait for one client.',
  }),
  STREAM_REPLAY_EVENTS: variable.integer({
    default: 1000,
    min: 0,
    max: 100_000,
    description: 'Latest events kept for clients that come back with Last-Event-ID.',
  }),
  STREAM_REPLAY_BYTES: variable.integer({
    default: 16_777_216,
    min: 131_072,
    max: 268_435_456,
    description: 'Bytes of events kept for clients that come back.',
  }),
  STREAM_STALL_MS: variable.integer({
    default: 15_000,
    min: 1000,
    max: 300_000,
    description: 'A client that takes nothing for this long while events wait is closed.',
  }),
  STREAM_KEEP_ALIVE_MS: variable.integer({
    default: 15_000,
    min: 1000,
    max: 300_000,
    description: 'A stream that has been silent for this long gets a comment, so that proxies keep it open.',
  }),
  STREAM_RETRY_MS: variable.integer({
    default: 3000,
    min: 100,
    max: 60_000,
    description: 'How long a client is told to wait before it connects again.',
  }),
  STREAM_RECHECK_MS: variable.integer({
    default: 1000,
    min: 100,
    max: 5000,
    description: 'How often open streams are checked: session, role, end of the token, silence, stalled clients.',
  }),
});

export type StreamConfig = ConfigOf<typeof streamConfig>;
