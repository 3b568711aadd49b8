import type { InstrumentFamily } from '../collect/index.js';

/** Numbers of the live streams of this process. */
export const streamInstruments = {
  clients: {
    name: 'stream_clients',
    help: 'Live streams open on this instance now.',
    labelNames: [],
  },
  sent: {
    name: 'stream_events_sent_total',
    help: 'Events handed to the connections of live streams, each client counted, since the process started.',
    labelNames: [],
  },
  dropped: {
    name: 'stream_events_dropped_total',
    help: 'Events dropped because the queue of a slow client was full, by reason, since the process started; superseded means that a newer state of the same thing was sent instead.',
    labelNames: ['reason'],
  },
  rejected: {
    name: 'stream_rejected_total',
    help: 'Live streams refused before they began, by the limit reached, since the process started.',
    labelNames: ['reason'],
  },
  closed: {
    name: 'stream_closed_total',
    help: 'Live streams that ended, by reason, since the process started.',
    labelNames: ['reason'],
  },
} as const satisfies Readonly<Record<string, InstrumentFamily>>;
