import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { parseConfig } from '../core/index.js';
import { alertsConfig } from './alerts.config.js';
import { figureText } from './alerts.message.js';
import { defaultThresholds, mergeThresholds, thresholdFields } from './alerts.threshold.js';
import { Thresholds } from './alerts.thresholds.js';
import { parseThresholds } from './thresholds.file.js';

const parse = (...thresholds: readonly object[]): ReturnType<typeof parseThresholds> =>
  parseThresholds(JSON.stringify({ thresholds }));
const faultsOf = (...thresholds: readonly object[]): readonly string[] => {
  const file = parse(...thresholds);
  return file.ok ? [] : file.faults.map(({ pointer }) => pointer);
};

beforeAll(() => Logger.overrideLogger(false));

describe('Thresholds', () => {
  it('by default are valid and have ids of their own', () => {
    for (const threshold of defaultThresholds) expect(thresholdFields.parse(threshold)).toEqual(threshold);
    expect(new Set(defaultThresholds.map((t) => t.id)).size).toBe(defaultThresholds.length);
  });

  it('are the limits of the seeds by default', () => {
    const limits = Object.fromEntries(defaultThresholds.map((t) => [t.id, `${t.operator} ${t.value} ${t.severity}`]));
    expect(limits).toMatchObject({
      cpu_usage: '> 80 warning',
      memory_usage: '> 85 warning',
      disk_usage: '> 90 critical',
      disk_usage_warning: '> 80 warning',
      database_latency: '> 1 warning',
      api_latency: '> 2 warning',
      slow_query: '>= 1 info',
      error_rate: '> 1 warning',
      component_down: '< 1 critical',
    });
  });

  it('are changed by id; the rest stays', () => {
    const merged = mergeThresholds(new Map(defaultThresholds.map((t) => [t.id, t])), [{ id: 'cpu_usage', value: 70 }]);
    if (!merged.ok) throw new Error('not merged');
    const { value, ...rest } = merged.thresholds.get('cpu_usage') ?? {};
    expect(value).toBe(70);
    expect(defaultThresholds[0]).toMatchObject(rest);
    expect(merged.thresholds.size).toBe(defaultThresholds.length);
  });

  it.each([
    ['no JSON', '{', ['']],
    ['another shape', '[]', ['/']],
  ])('of a file with %s are refused', (_what, text, pointers) => {
    const file = parseThresholds(text);
    expect(file.ok ? [] : file.faults.map((f) => f.pointer)).toEqual(pointers);
  });

  it.each([
    ['an unknown field', { id: 'cpu_usage', limit: 1 }, '/thresholds/0'],
    ['no id', { value: 1 }, '/thresholds/0/id'],
    ['an id that is no name', { id: 'CPU usage' }, '/thresholds/0/id'],
    ['a value that is text', { id: 'cpu_usage', value: '80' }, '/thresholds/0/value'],
    ['a severity that does not exist', { id: 'cpu_usage', severity: 'error' }, '/thresholds/0/severity'],
    ['an operator that does not exist', { id: 'cpu_usage', operator: '==' }, '/thresholds/0/operator'],
    ['a negative duration', { id: 'cpu_usage', for_seconds: -1 }, '/thresholds/0/for_seconds'],
    ['no passes to clear', { id: 'cpu_usage', clear_after_passes: 0 }, '/thresholds/0/clear_after_passes'],
    ['a new id without a metric', { id: 'load', value: 1 }, '/thresholds/0/metric'],
    ['a new id without a value', { id: 'load', metric: 'system_load1' }, '/thresholds/0/value'],
    ['a metric that is a pattern', { id: 'load', metric: 'a.*b', value: 1 }, '/thresholds/0/metric'],
    ['a baseline of a lower limit', { id: 'error_rate', operator: '<' }, '/thresholds/0/baseline'],
  ])('with %s are refused at the place', (_what, change, pointer) => {
    expect(faultsOf(change)).toEqual([pointer]);
  });

  it('that name an id twice, or are too many, are refused', () => {
    expect(faultsOf({ id: 'cpu_usage' }, { id: 'cpu_usage' })).toEqual(['/thresholds/1/id']);
    const many = Array.from({ length: 495 }, (_, i) => ({ id: `t${i}`, metric: 'm', value: 1 }));
    expect(faultsOf(...many)).toEqual(['/thresholds']);
  });

  it('of the API lie over those of the file, and return to them; one that no longer fits is left out', () => {
    const directory = mkdtempSync(join(tmpdir(), 'watchkeeper-thresholds-'));
    const path = join(directory, 'thresholds.json');
    const file = [
      { id: 'cpu_usage', value: 70 },
      { id: 'load', metric: 'system_load1', value: 4 },
    ];
    writeFileSync(path, JSON.stringify({ thresholds: file }));
    const thresholds = new Thresholds({ THRESHOLDS_FILE: path });
    rmSync(directory, { recursive: true });
    const origins = (): object =>
      Object.fromEntries(
        thresholds.all().map(({ threshold, origin }) => [threshold.id, `${origin} ${threshold.value}`]),
      );
    expect(origins()).toMatchObject({ cpu_usage: 'file 70', load: 'file 4', memory_usage: 'default 85' });
    expect(thresholds.store([{ id: 'cpu_usage', value: 60 }, { id: 'gone', value: 1 }, 'nonsense'])).toBe(true);
    expect(origins()).toMatchObject({ cpu_usage: 'api 60', load: 'file 4' });
    expect(thresholds.index.get('gone')).toBeUndefined();
    expect(thresholds.store([])).toBe(true);
    expect(thresholds.valueOf('cpu_usage')).toBe(70);
    expect(thresholds.store([])).toBe(false);
  });
});

describe('THRESHOLDS_FILE', () => {
  const faults = (path: string): readonly string[] => {
    const parsed = parseConfig([alertsConfig], { THRESHOLDS_FILE: path });
    return parsed.ok ? [] : parsed.faults.map((f) => `${f.variable}: ${f.problem}`);
  };

  it('that cannot be read, or holds a fault, stops the start and says where', () => {
    const directory = mkdtempSync(join(tmpdir(), 'watchkeeper-thresholds-'));
    const path = join(directory, 'thresholds.json');
    expect(faults(path)).toEqual(['THRESHOLDS_FILE: cannot be read (ENOENT)']);
    writeFileSync(path, '{"thresholds":[{"id":"cpu_usage","value":"high"}]}');
    expect(faults(path)).toEqual([expect.stringMatching(/^THRESHOLDS_FILE: \/thresholds\/0\/value /)]);
    writeFileSync(path, '{"thresholds":[{"id":"cpu_usage","value":70}]}');
    expect(faults(path)).toEqual([]);
    rmSync(directory, { recursive: true });
  });
});

it.each([
  [93.44, 'percent', '93.4 %'],
  [0.004, 'percent', '0.004 %'],
  [2.5, 'seconds', '2.5 s'],
  [1.23456, 'none', '1.235'],
] as const)('%d %s is written %s', (value, unit, text) => {
  expect(figureText(value, unit)).toBe(text);
});
