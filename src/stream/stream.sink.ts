import { Injectable } from '@nestjs/common';
import { type Observation, Sink } from '../collect/index.js';
import { contractEvents, observationEvent } from './dto/stream-event.dto.js';
import { StreamHub } from './stream.hub.js';

/** Streams every observation, also those that other instances relay: clients of every instance see the same. */
@Injectable()
export class StreamSink extends Sink {
  readonly name = 'stream';
  override readonly hears = 'all';

  constructor(private readonly hub: StreamHub) {
    super();
  }

  accept(observation: Observation): void {
    this.hub.publish([...contractEvents(observation), observationEvent(observation)]);
  }
}
