import { accountAuthorizer, type BrokerIdentity } from './embedded-broker-access.js';

const authorizer = accountAuthorizer({
  operator: { username: 'operator', password: 'operator-password' },
  monitor: { username: 'monitor', password: 'monitor-password' },
  monitorTopicPrefix: 'watchkeeper/probe/',
});

const identify = async (username?: string, password?: string): Promise<BrokerIdentity | null> =>
  authorizer.identify({
    clientId: 'c',
    username,
    password: password === undefined ? undefined : Buffer.from(password),
  });

describe('accountAuthorizer', () => {
  it.each([
    ['operator', 'operator-password', 'operator'],
    ['monitor', 'monitor-password', 'monitor'],
    ['operator', 'monitor-password', undefined],
    ['operator', 'operator-password ', undefined],
    ['operator', '', undefined],
    ['operator', undefined, undefined],
    ['', '', undefined],
    [undefined, undefined, undefined],
    ['Operator', 'operator-password', undefined],
  ])('%j with %j is %j', async (username, password, name) => {
    expect((await identify(username, password))?.name).toBe(name);
  });

  it.each([
    ['operator', 'plant/1', true, true],
    ['operator', '#', true, true],
    ['operator', '$SYS', false, true],
    ['operator', '$SYS/broker/uptime', false, true],
    ['operator', '$SYSTEM/x', true, true],
    ['operator', '$share/group/plant/#', true, false],
    ['monitor', 'plant/1', false, false],
    ['monitor', '#', false, false],
    ['monitor', '+/probe/x', false, false],
    ['monitor', '$SYS/#', false, true],
    ['monitor', 'watchkeeper/probe/c', true, true],
    ['monitor', 'watchkeeper/probe', false, false],
  ])('%s on %s: publish %j, subscribe %j', async (name, topic, mayPublish, maySubscribe) => {
    const identity = await identify(name, `${name}-password`);
    expect(identity?.mayPublish(topic)).toBe(mayPublish);
    expect(identity?.maySubscribe(topic)).toBe(maySubscribe);
  });
});
