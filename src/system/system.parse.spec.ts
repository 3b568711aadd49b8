import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  allSeconds,
  busySeconds,
  parseFrequencyMhz,
  parseLoadAverage,
  parseMemInfo,
  parseOpenFiles,
  parsePressure,
  parseProcStat,
  parseUptime,
} from './system.parse.js';

const recorded = (name: string): string => readFileSync(join(__dirname, 'testdata/vm/proc', name), 'utf8');

describe('parseProcStat', () => {
  it('reads times in seconds, per core and over all, from a recorded kernel 6.18', () => {
    const stat = parseProcStat(recorded('stat'));
    expect(stat.total).toEqual({
      user: 636.73,
      nice: 0,
      system: 119.09,
      idle: 3443.92,
      iowait: 33.04,
      irq: 0,
      softirq: 3.93,
      steal: 1.61,
    });
    expect([...stat.cores.keys()]).toEqual([0, 1]);
    expect(stat.cores.get(1)?.iowait).toBe(27.41);
    expect(stat.bootedAtMs).toBe(1795227195_000);
    expect(stat.contextSwitches).toBe(2224747);
    expect(stat.processesStarted).toBe(18644);
    expect([stat.running, stat.blocked]).toEqual([1, 0]);
  });

  it('counts neither idle nor iowait as busy', () => {
    const { total } = parseProcStat('cpu  10 20 30 400 50 6 7 8 9 10\n');
    expect(busySeconds(total)).toBeCloseTo(0.81);
    expect(allSeconds(total)).toBeCloseTo(5.31);
  });

  it('keeps the numbers of cores when one is offline', () => {
    const stat = parseProcStat('cpu  4 0 0 4 0 0 0 0\ncpu0 2 0 0 2 0 0 0 0\ncpu3 2 0 0 2 0 0 0 0\n');
    expect([...stat.cores.keys()]).toEqual([0, 3]);
  });

  it('says null for lines that are missing, and refuses a text without processors', () => {
    const stat = parseProcStat('cpu  1 2 3 4\n');
    expect(stat.total.steal).toBe(0);
    expect([stat.bootedAtMs, stat.running, stat.blocked, stat.processesStarted]).toEqual([null, null, null, null]);
    expect(() => parseProcStat('')).toThrow('no cpu line');
  });
});

describe('parseMemInfo', () => {
  it('reads bytes from a recorded kernel 6.18', () => {
    expect(parseMemInfo(recorded('meminfo'))).toMatchObject({
      totalBytes: 24684096 * 1024,
      freeBytes: 23153096 * 1024,
      availableBytes: 24186312 * 1024,
      buffersBytes: 11972 * 1024,
      swapTotalBytes: 0,
    });
  });

  it('takes what is free or cache as available where the kernel does not say', () => {
    const old = 'MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 20 kB\nCached: 300 kB\nSReclaimable: 30 kB\n';
    expect(parseMemInfo(old).availableBytes).toBe(450 * 1024);
  });

  it('never has more available than there is', () => {
    expect(parseMemInfo('MemTotal: 1000 kB\nMemAvailable: 4000 kB\n').availableBytes).toBe(1000 * 1024);
  });

  it('refuses a text without a total', () => {
    expect(() => parseMemInfo('MemFree: 1 kB\n')).toThrow('no MemTotal');
  });
});

describe('small files of /proc', () => {
  it.each([
    ['loadavg', parseLoadAverage, '2.97 2.08 1.09 1/93 18645\n', [2.97, 2.08, 1.09]],
    ['loadavg, empty', parseLoadAverage, '', null],
    ['uptime', parseUptime, '2129.49 3443.92\n', 2129.49],
    ['uptime, empty', parseUptime, '', null],
    ['cpuinfo of two cores', parseFrequencyMhz, 'cpu MHz\t\t: 2000.000\nx\ncpu MHz\t\t: 3000.5\n', 2500.25],
    ['cpuinfo of ARM', parseFrequencyMhz, 'processor\t: 0\nBogoMIPS\t: 50.00\n', null],
    ['cpuinfo that says 0', parseFrequencyMhz, 'cpu MHz\t\t: 0.000\n', null],
    ['file-nr without a limit', parseOpenFiles, '682\t0\t9223372036854775807\n', { open: 682, limit: null }],
    ['file-nr with a limit', parseOpenFiles, '700\t20\t2466183\n', { open: 680, limit: 2466183 }],
    ['file-nr, empty', parseOpenFiles, '', null],
    [
      'pressure/cpu before 5.13, without full',
      parsePressure,
      'some avg10=1.50 avg60=0.25 avg300=0.05 total=2500000\n',
      { waitingSeconds: 2.5, stalledSeconds: null, waitingPercent: [1.5, 0.25, 0.05] },
    ],
    ['pressure switched off', parsePressure, '', null],
  ] as const)('%s', (_, parse: (text: string) => unknown, text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  it('reads the recorded files', () => {
    expect(parseFrequencyMhz(recorded('cpuinfo'))).toBe(2596.138);
    expect(parseOpenFiles(recorded('sys/fs/file-nr'))).toEqual({ open: 556, limit: 2466183 });
    expect(parsePressure(recorded('pressure/io'))).toEqual({
      waitingSeconds: 28.897036,
      stalledSeconds: 24.723476,
      waitingPercent: [0.04, 0.14, 0.54],
    });
  });
});
