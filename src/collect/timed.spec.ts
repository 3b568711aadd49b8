import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { FakeClock } from '../../test/support/fake-clock.js';
import { Clock } from '../core/index.js';
import { Instruments } from './instruments.js';
import { MethodTimer, Timed } from './timed.js';

@Injectable()
class Worker {
  constructor(private readonly clock: Clock) {}

  @Timed()
  async slowly(result: string): Promise<string> {
    await (this.clock as FakeClock).advance(2_000);
    return result;
  }

  @Timed()
  async badly(): Promise<never> {
    await Promise.resolve();
    throw new Error('as it was thrown');
  }

  @Timed()
  atOnce(a: number, b: number): number {
    if (b === 0) throw new RangeError('no');
    return a / b;
  }
}

describe('@Timed()', () => {
  let worker: Worker;
  let text: () => Promise<string>;
  beforeEach(async () => {
    const clock = new FakeClock();
    const module = await Test.createTestingModule({
      providers: [{ provide: Clock, useValue: clock }, Instruments, MethodTimer, Worker],
    }).compile();
    worker = module.get(Worker);
    text = () => module.get(Instruments).registry.getSingleMetricAsString('method_duration_seconds');
  });

  it('records how long an asynchronous method took, and hands its result through', async () => {
    await expect(worker.slowly('done')).resolves.toBe('done');
    expect(await text()).toContain('method_duration_seconds_sum{method="Worker.slowly",outcome="ok"} 2\n');
    expect(await text()).toContain('method_duration_seconds_bucket{le="2.5",method="Worker.slowly",outcome="ok"} 1\n');
  });

  it('records a failure and re-throws the very error', async () => {
    await expect(worker.badly()).rejects.toThrow('as it was thrown');
    expect(() => worker.atOnce(1, 0)).toThrow(RangeError);
    expect(await text()).toContain('method_duration_seconds_count{method="Worker.badly",outcome="error"} 1');
    expect(await text()).toContain('method_duration_seconds_count{method="Worker.atOnce",outcome="error"} 1');
  });

  it('leaves a synchronous method synchronous', async () => {
    expect(worker.atOnce(6, 3)).toBe(2);
    expect(await text()).toContain('method_duration_seconds_count{method="Worker.atOnce",outcome="ok"} 1');
  });
});
