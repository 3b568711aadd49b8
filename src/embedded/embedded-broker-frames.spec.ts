import { FrameScanner, noTraffic } from './embedded-broker-frames.js';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

function scan(chunks: readonly Buffer[], limit = 1024) {
  const traffic = noTraffic();
  const scanner = new FrameScanner(traffic, limit);
  const isSound = chunks.every((chunk) => scanner.feed(chunk));
  return { isSound, ...traffic };
}

const publish = (topic: string, payload: Buffer, quality = 0): Buffer => {
  const body = Buffer.concat([
    Buffer.from([topic.length >> 8, topic.length & 0xff]),
    Buffer.from(topic),
    quality > 0 ? Buffer.from([0, 7]) : Buffer.alloc(0),
    payload,
  ]);
  const length: number[] = [];
  for (let rest = body.length; ; rest >>= 7) {
    length.push((rest & 0x7f) | (rest > 127 ? 0x80 : 0));
    if (rest <= 127) break;
  }
  return Buffer.concat([Buffer.from([0x30 | (quality << 1), ...length]), body]);
};

describe('FrameScanner', () => {
  const stream = Buffer.concat([
    hex('c000'), // PINGREQ
    publish('a/b', Buffer.alloc(300)),
    publish('t', Buffer.alloc(5), 1),
    hex('40020007'), // PUBACK
    publish('empty', Buffer.alloc(0), 2),
    hex('3000'), // PUBLISH without a topic length: malformed, counted as a packet only
    hex('e000'), // DISCONNECT
  ]);
  const expected = { isSound: true, bytes: stream.length, packets: 7, publishes: 3, publishBytes: 305 };

  it('counts packets, messages and payload bytes', () => {
    expect(scan([stream])).toEqual(expected);
  });

  it.each([1, 2, 3, 7])('counts the same when the stream comes in pieces of %d bytes', (size) => {
    const pieces: Buffer[] = [];
    for (let at = 0; at < stream.length; at += size) pieces.push(stream.subarray(at, at + size));
    expect(scan(pieces)).toEqual(expected);
  });

  it.each([
    ['at the limit', '30fd07', true], // 3 + 1021 = 1024
    ['one byte beyond it', '30fe07', false],
    ['256 MiB', '30ffffff7f', false],
    ['a length of five bytes', '30ffffffff7f', false],
  ])('a packet %s', (_what, header, isSound) => {
    expect(scan([hex(header)]).isSound).toBe(isSound);
  });

  it('does not trust the topic length of a PUBLISH', () => {
    expect(scan([hex('3003 ffff 00 c000')])).toMatchObject({
      isSound: true,
      packets: 2,
      publishes: 1,
      publishBytes: 0,
    });
  });
});
