import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { freePort, runServer, temporaryDirectory, type RunningServer } from './process.js';

/** A running redis-server with a way to speak to it that is not the code under test. */
export interface RunningRedis extends RunningServer {
  /** Sends one command over a connection of its own; the answer as redis-cli would show it raw. */
  tell(...command: string[]): Promise<string>;
}

function encoded(command: readonly string[]): string {
  const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`);
  return `*${command.length}\r\n${parts.join('')}`;
}

/** A whole simple, number, error or bulk reply; undefined while bytes are missing. */
function decoded(received: Buffer): string | undefined {
  const end = received.indexOf('\r\n');
  if (end < 0) return undefined;
  const head = received.subarray(1, end).toString();
  if (received[0] !== 0x24) return head;
  const length = Number(head);
  if (length < 0) return '';
  return received.length < end + 4 + length ? undefined : received.subarray(end + 2, end + 2 + length).toString();
}

async function tellRedis(port: number, command: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write(encoded(command));
    let received = Buffer.alloc(0);
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk as Buffer]);
      const answer = decoded(received);
      if (answer !== undefined) return answer;
    }
    throw new Error('redis-server ended the connection without an answer');
  } finally {
    socket.destroy();
  }
}

/**
 * Runs Debian's redis-server on loopback. Ready means that it answers, be it with an error (NOAUTH, LOADING).
 * @param options in the form of redis.conf, read at each start: `['maxmemory 16mb', 'requirepass secret']`
 */
export async function runRedis(options: readonly string[] = []): Promise<RunningRedis> {
  const port = await freePort();
  const directory = temporaryDirectory('redis');
  const fixed = ['bind 127.0.0.1', `port ${port}`, `dir ${directory.path}`, 'save ""'];
  const server = await runServer({
    name: 'redis-server',
    debianPackage: 'redis-server',
    port,
    url: `redis://127.0.0.1:${port}`,
    directory,
    command: () => ({
      file: 'redis-server',
      args: [...fixed, ...options].flatMap((line) => {
        const [name = '', ...values] = line.split(' ');
        return [`--${name}`, ...values.map((value) => (value === '""' ? '' : value))];
      }),
      cwd: directory.path,
    }),
    ready: async () => (await tellRedis(port, ['PING'])).length > 0,
  });
  return { ...server, tell: (...command) => tellRedis(port, command) };
}

/** The arguments of each whole command in the bytes (inline forms excluded), and what is left of them. */
function commandsIn(received: string): { commands: string[][]; rest: string } {
  const commands: string[][] = [];
  let rest = received;
  for (;;) {
    const count = /^\*(\d+)\r\n/.exec(rest);
    if (!count) return { commands, rest };
    const lines = rest.split('\r\n');
    const needed = 1 + 2 * Number(count[1]);
    if (lines.length <= needed) return { commands, rest };
    commands.push(lines.slice(1, needed).filter((_, index) => index % 2 === 1));
    rest = lines.slice(needed).join('\r\n');
  }
}

/** A bulk reply as it stands on the wire. */
export function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

/**
 * Stands in for releases that cannot be installed here: answers each command as `answer` says, in wire form.
 * Arguments must not hold line ends.
 */
export async function scriptedRedis(
  answer: (command: readonly string[]) => string,
): Promise<{ url: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let received = '';
    socket.on('data', (chunk) => {
      const { commands, rest } = commandsIn(received + chunk.toString());
      received = rest;
      for (const command of commands) socket.write(answer(command));
    });
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `redis://127.0.0.1:${address.port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
