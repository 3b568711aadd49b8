import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brokerKind, parseSystemMessage, systemFilters, versionNumber } from './mqtt.parse.js';
import { SystemTopics } from './mqtt.topics.js';

/** Lines of `mosquitto_sub -v` on a Mosquitto 2.0.11 with one session away, 3 queued messages, 1 retained. */
const recorded = readFileSync(join(__dirname, 'testdata', 'mosquitto-2.0.11-sys.txt'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => /^\$SYS\/broker\/(retained messages\/count|\S+) (.*)$/.exec(line))
  .map((match) => ({ topic: match?.[1] ?? '', payload: Buffer.from(match?.[2] ?? '') }));

function matches(filter: string, topic: string): boolean {
  const [f, t] = [filter.split('/'), topic.split('/')];
  if (f.at(-1) === '#') return f.slice(0, -1).every((part, i) => part === t[i]);
  return f.length === t.length && f.every((part, i) => part === '+' || part === t[i]);
}

describe('parseSystemMessage', () => {
  it('reads every topic that Mosquitto 2.0.11 publishes, except its aliases', () => {
    const unread = recorded.filter(({ topic, payload }) => parseSystemMessage(topic, payload) === null);
    expect(unread.map(({ topic }) => topic)).toEqual(['clients/inactive', 'clients/active', 'messages/stored']);
  });

  it.each([
    ['uptime', '453840 seconds', { kind: 'number', of: 'uptimeSeconds', value: 453840 }],
    ['uptime', '453840', { kind: 'number', of: 'uptimeSeconds', value: 453840 }],
    ['retained messages/count', '54', { kind: 'number', of: 'retained', value: 54 }],
    ['bytes/received', '9007199254740991', { kind: 'number', of: 'bytesReceived', value: 9007199254740991 }],
    ['topics/count', '3', { kind: 'number', of: 'topics', value: 3 }],
    ['version', 'mosquitto version 2.0.18', { kind: 'version', text: 'mosquitto version 2.0.18' }],
    ['load/bytes/sent/5min', '90.00', { kind: 'load', figure: 'bytes_sent', window: '5min', perSecond: 1.5 }],
    ['load/sockets/15min', '6', { kind: 'load', figure: 'sockets', window: '15min', perSecond: 0.1 }],
  ])('%s %s', (topic, payload, expected) => {
    expect(parseSystemMessage(topic, Buffer.from(payload))).toEqual(expected);
  });

  it.each([
    ['an unknown topic', 'clients/list', '1'],
    ['an unknown window', 'load/sockets/1h', '1'],
    ['a word', 'uptime', 'long'],
    ['a negative number', 'clients/total', '-1'],
    ['an exponent', 'clients/total', '1e9'],
    ['hexadecimal', 'clients/total', '0x10'],
    ['nothing', 'clients/total', ''],
    ['a payload of 65 bytes', 'version', 'v'.repeat(65)],
    ['control characters', 'version', 'a\u0000b'],
  ])('ignores %s', (_what, topic, payload) => {
    expect(parseSystemMessage(topic, Buffer.from(payload))).toBeNull();
  });
});

describe('systemFilters', () => {
  it('cover what is read and not the log of the broker', () => {
    for (const { topic, payload } of recorded) {
      if (parseSystemMessage(topic, payload) === null) continue;
      expect([topic, systemFilters.some((filter) => matches(filter, topic))]).toEqual([topic, true]);
    }
    expect(systemFilters.some((filter) => matches(filter, 'log/N'))).toBe(false);
  });

  it('ask for the uptime last, which ends the first round', () => {
    expect(systemFilters.at(-1)).toBe('uptime');
    expect(systemFilters.filter((filter) => matches(filter, 'uptime'))).toHaveLength(1);
  });
});

describe('the broker by its version topic', () => {
  it.each([
    ['mosquitto version 2.0.11', 'mosquitto', '2.0.11'],
    ['watchkeeper embedded broker (aedes 1.2.0, MQTT 3.1.1)', 'embedded', '1.2.0'],
    ['something', 'other', 'something'],
  ])('%s', (text, kind, version) => {
    expect(brokerKind(text)).toBe(kind);
    expect(versionNumber(text)).toBe(version);
  });
});

describe('SystemTopics', () => {
  const prefix = '$SYS/broker';
  const text = Buffer.from;

  it('gives the figures of a recorded Mosquitto', () => {
    const topics = new SystemTopics(prefix);
    for (const { topic, payload } of recorded) topics.accept(`${prefix}/${topic}`, payload, 1000, 1_700_000_000_000);
    const reading = topics.reading(3500, false);
    expect(reading).toMatchObject({
      kind: 'mosquitto',
      version: '2.0.11',
      state: 'read',
      startedAtSeconds: 1_699_999_998,
      ageSeconds: 2.5,
    });
    expect(reading.numbers).toMatchObject({ stored: 57, retained: 54, sessionsAway: 1, messagesReceived: 3 });
    expect(reading.loads).toHaveLength(27);
  });

  it('judges freshness by the uptime alone: a repeated uptime is not news, other topics neither', () => {
    const topics = new SystemTopics(prefix);
    topics.accept(`${prefix}/uptime`, text('10 seconds'), 1000, 0);
    topics.accept(`${prefix}/uptime`, text('10 seconds'), 9000, 0);
    topics.accept(`${prefix}/clients/total`, text('1'), 9000, 0);
    expect(topics.reading(11_000, false).ageSeconds).toBe(10);
    topics.accept(`${prefix}/uptime`, text('20 seconds'), 11_000, 0);
    expect(topics.reading(11_000, false).ageSeconds).toBe(0);
  });

  it('keeps the earliest estimate of the start, and takes a new one after a restart or a jump of the clock', () => {
    const topics = new SystemTopics(prefix);
    const start = (uptime: number, wallSeconds: number): number | null => {
      topics.accept(`${prefix}/uptime`, text(`${uptime} seconds`), 0, wallSeconds * 1000);
      return topics.reading(0, false).startedAtSeconds;
    };
    expect(start(100, 1009)).toBe(909); // a retained value, nine seconds old
    expect(start(110, 1010)).toBe(900);
    expect(start(120, 1021)).toBe(900);
    expect(start(130, 5000)).toBe(4870);
    expect(start(3, 5010)).toBe(5007);
  });

  it.each([
    [false, 'silent'],
    [true, 'forbidden'],
  ])('without figures and a refused subscription %s is %s', (isForbidden, state) => {
    const reading = new SystemTopics(prefix).reading(0, isForbidden);
    expect(reading).toMatchObject({ state, numbers: {}, ageSeconds: null, version: null });
  });

  it('ignores topics beside its prefix', () => {
    const topics = new SystemTopics(prefix);
    topics.accept('$SYS/brokerage/uptime', text('1'), 0, 0);
    topics.accept('uptime', text('1'), 0, 0);
    expect(topics.reading(0, false).state).toBe('silent');
  });
});
