import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { mosquittoClient } from '../support/mosquitto.js';
import { freePort, type RunningServer, runServer, temporaryDirectory, until } from '../support/process.js';
import { checked, shipped } from './shipped.js';

const compose = ['docker-compose.yml', 'docker-compose.scale.yml', 'deploy/app.yml'];

/** The services of a compose file with their lines. */
function services(file: string): readonly { name: string; text: string }[] {
  const block = /^services:\n([\s\S]*?)(?=^\S|$(?![\s\S]))/m.exec(shipped(file))?.[1] ?? '';
  return block
    .split(/^ {2}(?=[a-z0-9-]+:$)/m)
    .slice(1)
    .map((text) => ({ name: /^[a-z0-9-]+/.exec(text)?.[0] ?? '', text }));
}

describe('The compose files', () => {
  it('hold no password and no default for one: an unset secret stops the start', () => {
    for (const file of compose) {
      for (const [, name, rest] of shipped(file).matchAll(/\$\{(\w*(?:PASSWORD|SECRET)\w*)(.*?)\}/g))
        expect([file, name, rest]).toEqual([file, name, expect.stringMatching(/^:\?/)]);
      for (const [line] of shipped(file).matchAll(/^\s*\w*(?:PASSWORD|SECRET)\w*:.*$/gm)) expect(line).toContain('${');
    }
    expect(shipped('deploy/compose.env.example')).toMatch(/^POSTGRES_PASSWORD=$/m);
  });

  it('pin every image and give every service a limit of memory and a health check', () => {
    const names: string[] = [];
    for (const file of compose)
      for (const { name, text } of services(file)) {
        names.push(name);
        const image = /image: (\S+)/.exec(text)?.[1];
        if (image !== undefined) expect(image).toMatch(/:v?\d+\.\d+\.\d+/);
        // The application has its check in the Dockerfile; what extends it inherits the limits.
        const inherits = text.includes('deploy/app.yml') || name === 'app';
        if (!inherits) expect([name, text]).toEqual([name, expect.stringMatching(/mem_limit: [\s\S]*healthcheck:/)]);
      }
    expect(names).toEqual(expect.arrayContaining(['app', 'postgres', 'redis', 'mosquitto', 'iotdb', 'app-3', 'nginx']));
    expect(shipped('deploy/app.yml')).toContain('mem_limit:');
    expect(shipped('deploy/Dockerfile')).toMatch(/^HEALTHCHECK /m);
    expect(shipped('deploy/Dockerfile')).toMatch(/^USER node$/m);
  });
});

/** What a client without an account is answered: the return code of CONNACK. */
async function anonymousAnswer(port: number): Promise<number | undefined> {
  const socket = connect(port, '127.0.0.1');
  socket.write(Buffer.from([0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 10, 0, 0]));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return answer[3];
}

describe('deploy/mosquitto.conf on a real Mosquitto', () => {
  let broker: RunningServer;
  let store: string;
  const as = (user: string): string => broker.url.replace('//', `//${user}:secret@`);
  beforeAll(async () => {
    const directory = temporaryDirectory('shipped-mosquitto');
    const port = await freePort();
    const file = join(directory.path, 'mosquitto.conf');
    store = join(directory.path, 'mosquitto.db');
    const here = (text: string): string => text.replaceAll(/\/mosquitto\/(config|data)/g, directory.path);
    writeFileSync(file, here(shipped('deploy/mosquitto.conf')).replace('listener 1883', `listener ${port} 127.0.0.1`));
    writeFileSync(join(directory.path, 'mosquitto.acl'), shipped('deploy/mosquitto.acl'));
    const passwords = join(directory.path, 'passwords');
    writeFileSync(passwords, '');
    for (const user of ['watchkeeper', 'd1', 'd2']) {
      expect(checked('mosquitto_passwd', ['-b', passwords, user, 'secret']).ok).toBe(true);
    }
    // Started by root, Mosquitto becomes a user of its own.
    for (const path of [directory.path, passwords]) chmodSync(path, 0o777);
    broker = await runServer({
      name: 'mosquitto',
      debianPackage: 'mosquitto mosquitto-clients',
      port,
      url: `mqtt://127.0.0.1:${port}`,
      directory,
      command: () => ({ file: 'mosquitto', args: ['-c', file], cwd: directory.path }),
      ready: async () => (await anonymousAnswer(port)) !== undefined,
    });
  });
  afterAll(() => broker.dispose());

  it('lets nobody in without an account', async () => {
    const notAuthorised = 5;
    expect(await anonymousAnswer(broker.port)).toBe(notAuthorised);
  });

  it('shows the monitoring account the figures of the broker', async () => {
    const text = await mosquittoClient('mosquitto_sub', as('watchkeeper'), [
      '-t',
      '$SYS/broker/version',
      '-C',
      '1',
      '-W',
      '10',
    ]);
    expect(text).toContain('mosquitto version');
  });

  it('keeps what a device publishes for a consumer that is away, also when the broker is killed, and lets no device write for another', async () => {
    const own = ['-i', 'reader', '-c', '-q', '1', '-t', 'devices/d1/#'];
    // A first connection makes the session; -E ends it after the subscription.
    await mosquittoClient('mosquitto_sub', as('d1'), [...own, '-E']);
    await mosquittoClient('mosquitto_pub', as('d2'), ['-q', '1', '-t', 'devices/d1/telemetry', '-m', 'forged']);
    await mosquittoClient('mosquitto_pub', as('d1'), ['-q', '1', '-t', 'devices/d1/telemetry', '-m', 'kept']);
    await until('the message is on disk', () => existsSync(store) && readFileSync(store).includes('kept'));
    expect(readFileSync(store).includes('forged')).toBe(false);
    await broker.kill();
    await broker.start();
    const text = await mosquittoClient('mosquitto_sub', as('d1'), [...own, '-C', '1', '-W', '10']);
    expect(text.trim()).toBe('kept');
  });
});
