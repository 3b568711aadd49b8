import { randomUUID } from 'node:crypto';
import { Api, type SignedIn, unlimited } from '../../test/support/api.js';
import { type InProcessApplication, startInProcess } from '../../test/support/application.js';
import { type RunningPostgres, startPostgres } from '../../test/support/postgres.js';
import { until } from '../../test/support/process.js';
import type { Observation } from '../collect/index.js';
import { AlertChanges, type AlertChange } from './alert-changes.js';
import { AlertJournal } from './alerts.journal.js';
import { AlertRefresh } from './alerts.refresh.js';
import { AlertSink } from './alerts.sink.js';

interface Item {
  readonly id: string;
  readonly status: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** Thresholds that fire on figures of the test's own, one pass each way. */
const loads = {
  thresholds: ['a', 'b', 'c'].map((name) => ({
    id: `test_load_${name}`,
    title: `Load ${name}`,
    metric: `test_load_${name}`,
    value: 10,
    for_seconds: 0,
    clear_after_passes: 1,
  })),
};

const environment = { ...unlimited, COLLECT_INTERVAL_MS: '3600000', DATABASE_TIMEOUT_MS: '2000' };
const family = { name: 'test', help: 'test', type: 'gauge', labelNames: [] } as const;

function reading(name: string, value: number, labels: Record<string, string> = {}): Observation {
  return {
    component: `test-${name}`,
    scope: 'shared',
    startedAtMs: Date.now(),
    durationMs: 1,
    outcome: 'ok',
    snapshot: {},
    checks: [],
    samples: [{ family, name: `test_load_${name}`, labels, value }],
  };
}

/** One instance of the application. */
class Instance {
  readonly changes: AlertChange[] = [];
  readonly api: Api;
  admin!: SignedIn;

  private constructor(readonly application: InProcessApplication) {
    this.api = new Api(application.app);
    this.of(AlertChanges).subscribe((change) => this.changes.push(change));
  }

  static async start(databaseUrl: string): Promise<Instance> {
    const instance = new Instance(await startInProcess({ ...environment, DATABASE_URL: databaseUrl }));
    instance.admin = await instance.api.signIn();
    return instance;
  }

  of<T>(type: new (...args: never[]) => T): T {
    return this.application.app.get<T>(type as never, { strict: false });
  }

  /** Hands a reading to the alerting as the scheduler does. */
  async see(name: string, value: number, labels?: Record<string, string>): Promise<void> {
    await this.of(AlertSink).accept(reading(name, value, labels));
  }

  async written(): Promise<void> {
    await until('everything is written', () => this.of(AlertJournal).empty);
  }

  async list(query = ''): Promise<readonly Item[]> {
    const answer = await this.api.call('GET', `/api/v1/alerts${query}`, { token: this.admin.token });
    expect(answer.status).toBe(200);
    return answer.body.items as readonly Item[];
  }

  /** The one open alert of a figure. */
  async open(name: string): Promise<Item> {
    await this.written();
    const found = (await this.list('?status=open')).filter((item) => item.threshold_id === `test_load_${name}`);
    expect(found).toHaveLength(1);
    return found[0] as Item;
  }

  put(path: string, body?: object, token = this.admin.token): ReturnType<Api['call']> {
    return this.api.call('PUT', path, body === undefined ? { token } : { token, body });
  }
}

let postgres: RunningPostgres;
let instance: Instance;

beforeAll(async () => {
  postgres = await startPostgres({ version: 'debian15' });
  instance = await Instance.start(postgres.url);
  expect((await instance.put('/api/v1/admin/thresholds', loads)).status).toBe(200);
}, 60_000);
afterAll(async () => {
  await instance.application.close();
  await postgres.dispose();
});

const rows = (where: string): ReturnType<RunningPostgres['adminQuery']> =>
  postgres.adminQuery(`SELECT * FROM alerts WHERE ${where} ORDER BY fired_at, id`);

describe('A breach', () => {
  it('is a row, a change for listeners, and an alert of both paths of the system dashboard; it clears by itself', async () => {
    await instance.see('a', 11);
    const alert = await instance.open('a');
    expect(alert).toMatchObject({
      component: 'test-a',
      severity: 'warning',
      message: 'Load a is 11, above the limit of 10.',
      value: 11,
      threshold: 10,
      status: 'active',
      device_id: null,
      rule_id: null,
      resolved_at: null,
    });
    for (const path of ['/api/core/admin/system/alerts/', '/api/admin/system/alerts/']) {
      const { body } = await instance.api.call('GET', path, { token: instance.admin.token });
      expect(body).toEqual({
        success: true,
        data: {
          type: 'active',
          count: 1,
          alerts: [
            {
              component: 'test-a',
              severity: 'warning',
              message: alert.message,
              timestamp: alert.started_at,
              duration_seconds: expect.any(Number),
            },
          ],
          timestamp: expect.stringMatching(/Z$/),
        },
      });
    }
    const health = await instance.api.call('GET', '/api/core/admin/system/health/', { token: instance.admin.token });
    expect(health.body).toMatchObject({ data: { active_alerts: 1 } });

    await instance.see('a', 9);
    await instance.written();
    expect(await instance.list(`?status=resolved&component=test-a`)).toMatchObject([
      { id: alert.id, resolved_by: null, resolved_at: expect.any(String), duration_seconds: expect.any(Number) },
    ]);
    const history = '/api/core/admin/system/alerts/?history=true&limit=1';
    expect((await instance.api.call('GET', history, { token: instance.admin.token })).body).toMatchObject({
      data: { type: 'history', count: 1, alerts: [{ component: 'test-a' }] },
    });
    const own = instance.changes.filter((change) => change.alert.id === alert.id);
    expect(own.map((change) => `${change.kind} ${change.alert.status}`)).toEqual(['fired active', 'resolved resolved']);
    expect(own[0]?.alert).toEqual({
      id: alert.id,
      component: 'test-a',
      severity: 'warning',
      message: alert.message,
      status: 'active',
      timestamp: alert.started_at,
      device_id: null,
    });
  });

  it('is one alert for each set of labels', async () => {
    for (const path of ['/', '/data', '/']) await instance.see('b', 20, { path });
    await instance.written();
    const open = await instance.list('?status=open&component=test-b');
    expect(open.map((item) => item.message).sort()).toEqual([
      'Load b (path /) is 20, above the limit of 10.',
      'Load b (path /data) is 20, above the limit of 10.',
    ]);
    for (const path of ['/', '/data']) await instance.see('b', 1, { path });
  });
});

describe('While the database is away', () => {
  it('alerts are told at once, wait in order, and are all written when it is back', async () => {
    const before = (await rows(`threshold_id = 'test_load_c'`)).length;
    await postgres.stop();
    await instance.see('c', 11);
    await instance.see('c', 1);
    await instance.see('c', 12);
    expect(instance.of(AlertJournal).empty).toBe(false);
    expect(instance.changes.slice(-3).map((change) => change.kind)).toEqual(['fired', 'resolved', 'fired']);
    const path = '/api/core/admin/system/alerts/';
    expect((await instance.api.call('GET', path, { token: instance.admin.token })).body).toMatchObject({
      data: { alerts: [{ component: 'test-c' }] },
    });
    await postgres.start();
    await instance.written();
    const written = (await rows(`threshold_id = 'test_load_c'`)).slice(before);
    expect(written).toMatchObject([
      { status: 'resolved', value: 11 },
      { status: 'active', value: 12, resolved_at: null },
    ]);
    await instance.see('c', 1);
    await instance.written();
    expect(await rows(`threshold_id = 'test_load_c' AND resolved_at IS NULL`)).toEqual([]);
  }, 60_000);
});

describe('A second process on the same database', () => {
  it('takes over a firing alert with its start, neither doubles nor loses it, and clears it', async () => {
    await instance.see('a', 50);
    const alert = await instance.open('a');
    const next = await Instance.start(postgres.url);
    await next.see('a', 60);
    expect(await next.open('a')).toMatchObject({ id: alert.id, started_at: alert.started_at, value: 50 });
    expect(next.changes).toEqual([]);
    await next.see('a', 1);
    await next.written();
    expect(await rows(`id = '${alert.id}'`)).toMatchObject([{ status: 'resolved' }]);
    expect(next.changes.map((change) => change.kind)).toEqual(['resolved']);

    await instance.of(AlertRefresh).run();
    const path = '/api/core/admin/system/alerts/';
    expect((await instance.api.call('GET', path, { token: instance.admin.token })).body).toMatchObject({
      data: { count: 0 },
    });
    await next.application.close();
  }, 60_000);

  it('cannot open the same alert a second time, even when both see the breach at once', async () => {
    const next = await Instance.start(postgres.url);
    await Promise.all([instance.see('a', 70), next.see('a', 70)]);
    await Promise.all([instance.written(), next.written()]);
    expect(await rows(`threshold_id = 'test_load_a' AND resolved_at IS NULL`)).toHaveLength(1);
    await instance.of(AlertRefresh).run();
    await next.of(AlertRefresh).run();
    await next.see('a', 1);
    await next.written();
    expect(await rows(`threshold_id = 'test_load_a' AND resolved_at IS NULL`)).toEqual([]);
    await instance.of(AlertRefresh).run();
    await next.application.close();
  }, 60_000);
});

describe('Acknowledging and resolving', () => {
  let users: Readonly<Record<'engineer' | 'operator' | 'viewer', SignedIn>>;
  beforeAll(async () => {
    const { api, admin } = instance;
    users = {
      engineer: await api.newUser(admin, 'engineer'),
      operator: await api.newUser(admin, 'operator'),
      viewer: await api.newUser(admin, 'viewer'),
    };
  });

  const audited = (id: string): ReturnType<RunningPostgres['adminQuery']> =>
    postgres.adminQuery(`SELECT action, actor FROM audit_events WHERE target = $1 ORDER BY id`, [`alert:${id}`]);

  it('are done once however often they are asked for, named, audited and told', async () => {
    await instance.see('a', 30);
    const { id } = await instance.open('a');
    const { operator, engineer } = users;
    const first = await instance.put(`/api/v1/alerts/${id}/ack`, undefined, operator.token);
    expect(first).toMatchObject({ status: 200, body: { status: 'acknowledged', acknowledged_by: operator.id } });
    const again = await instance.put(`/api/v1/alerts/${id}/ack`, undefined, engineer.token);
    expect(again.body).toMatchObject({ acknowledged_by: operator.id, acknowledged_at: first.body.acknowledged_at });

    const resolved = await instance.put(`/api/v1/alerts/${id}/resolve`, undefined, engineer.token);
    expect(resolved).toMatchObject({ status: 200, body: { status: 'resolved', resolved_by: engineer.id } });
    const twice = await instance.put(`/api/v1/alerts/${id}/resolve`, undefined, engineer.token);
    expect(twice.body).toEqual(resolved.body);
    expect(await instance.put(`/api/v1/alerts/${id}/ack`, undefined, operator.token)).toMatchObject({
      status: 409,
      body: { code: 'alerts.resolved' },
    });
    expect(await audited(id)).toEqual([
      { action: 'alert.acknowledged', actor: operator.id },
      { action: 'alert.resolved', actor: engineer.id },
    ]);
    const kinds = instance.changes.filter((change) => change.alert.id === id).map((change) => change.kind);
    expect(kinds).toEqual(['fired', 'updated', 'resolved']);
  });

  it('an alert resolved by hand comes again as a new one while its condition holds', async () => {
    await instance.see('b', 30);
    const first = await instance.open('b');
    await instance.put(`/api/v1/alerts/${first.id}/resolve`);
    await instance.see('b', 30);
    const second = await instance.open('b');
    expect(second.id).not.toBe(first.id);
    await instance.see('b', 1);
    await instance.written();
  });

  it('an acknowledged alert still clears by itself', async () => {
    await instance.see('b', 30);
    const { id } = await instance.open('b');
    await instance.put(`/api/v1/alerts/${id}/ack`);
    await instance.see('b', 1);
    await instance.written();
    expect(await rows(`id = '${id}'`)).toMatchObject([
      { status: 'resolved', acknowledged_by: instance.admin.id, resolved_by: null },
    ]);
  });

  it.each(['', '/ack', '/resolve'])('%s: 401 without a token, 404 for none, 422 for what is no id', async (verb) => {
    const method = verb === '' ? 'GET' : 'PUT';
    const ask = (id: string, token?: string): ReturnType<Api['call']> =>
      instance.api.call(method, `/api/v1/alerts/${id}${verb}`, token === undefined ? {} : { token });
    expect((await ask(randomUUID())).status).toBe(401);
    expect(await ask(randomUUID(), instance.admin.token)).toMatchObject({
      status: 404,
      body: { code: 'alerts.not_found' },
    });
    expect((await ask('42', instance.admin.token)).status).toBe(422);
    const expected = { '': [404, 404], '/ack': [403, 404], '/resolve': [403, 403] }[verb];
    const statuses = [await ask(randomUUID(), users.viewer.token), await ask(randomUUID(), users.operator.token)];
    expect(statuses.map((answer) => answer.status)).toEqual(expected);
  });

  it('an alert of another tenant does not exist here', async () => {
    const [tenant, id] = [randomUUID(), randomUUID()];
    await postgres.adminQuery('INSERT INTO tenants (id, name) VALUES ($1, $2)', [tenant, tenant]);
    await postgres.adminQuery(
      `INSERT INTO alerts (id, tenant_id, fingerprint, component, metric, severity, message, started_at, fired_at)
       VALUES ($1, $2, 'x', 'theirs', 'x', 'info', 'x', now(), now())`,
      [id, tenant],
    );
    const { token } = instance.admin;
    expect((await instance.api.call('GET', `/api/v1/alerts/${id}`, { token })).status).toBe(404);
    expect((await instance.put(`/api/v1/alerts/${id}/ack`)).status).toBe(404);
    expect((await instance.put(`/api/v1/alerts/${id}/resolve`)).status).toBe(404);
    expect(await instance.list('?component=theirs')).toEqual([]);
    const history = await instance.api.call('GET', '/api/admin/system/alerts?history=true&limit=1000', { token });
    expect(history.text).not.toContain('theirs');
    expect(await rows(`id = '${id}'`)).toMatchObject([{ status: 'active' }]);
  });
});

describe('The list', () => {
  it('comes in pages, newest first, without a gap or a double, and refuses what it does not know', async () => {
    for (const path of ['/1', '/2', '/3', '/4', '/5']) {
      await instance.see('c', 20, { path });
      await instance.see('c', 1, { path });
    }
    await instance.written();
    const all = await instance.list('?component=test-c');
    const paged: Item[] = [];
    let cursor = '';
    do {
      const { body } = await instance.api.call('GET', `/api/v1/alerts?component=test-c&limit=2${cursor}`, {
        token: instance.admin.token,
      });
      paged.push(...(body.items as Item[]));
      cursor = body.next_cursor === null ? '' : `&cursor=${String(body.next_cursor)}`;
    } while (cursor !== '');
    expect(paged.map((item) => item.id)).toEqual(all.map((item) => item.id));
    expect(all.length).toBeGreaterThanOrEqual(5);
    const times = all.map((item) => String(item.fired_at));
    expect(times).toEqual([...times].sort().reverse());
  });

  it.each(['status=closed', 'limit=0', 'limit=1001', 'limit=1e2', 'cursor=x', 'cursor=MSAy', 'severity=bad', 'x=1'])(
    'answers 422 to ?%s',
    async (query) => {
      const answer = await instance.api.call('GET', `/api/v1/alerts?${query}`, { token: instance.admin.token });
      expect(answer.status).toBe(422);
    },
  );

  it.each(['limit=0', 'limit=1001', 'limit=', 'history=maybe', 'x=1'])(
    'of the dashboard too, to ?%s',
    async (query) => {
      const path = `/api/core/admin/system/alerts/?${query}`;
      expect((await instance.api.call('GET', path, { token: instance.admin.token })).status).toBe(422);
    },
  );
});

describe('Thresholds over the API', () => {
  const path = '/api/v1/admin/thresholds';
  afterAll(() => instance.put(path, loads));

  const inForce = async (of: Instance, id: string): Promise<object | undefined> => {
    const { body } = await of.api.call('GET', path, { token: of.admin.token });
    return (body.items as readonly { id: string }[]).find((item) => item.id === id);
  };

  it('are in force at once, seen on the dashboard, audited, kept over a restart, and taken back by leaving them out', async () => {
    const put = await instance.put(path, { thresholds: [{ id: 'cpu_usage', value: 70.5 }] });
    expect(put.status).toBe(200);
    expect(await inForce(instance, 'cpu_usage')).toMatchObject({ value: 70.5, origin: 'api', severity: 'warning' });
    const metrics = await instance.api.call('GET', '/api/admin/system/metrics', { token: instance.admin.token });
    expect(metrics.body).toMatchObject({
      data: { cpu: { threshold: 70.5 }, memory: { threshold: 85 }, disk: { threshold: 90 } },
    });
    expect(metrics.body).toMatchObject({ data: { database: { threshold: 1000 }, latency: { threshold: 2000 } } });
    const [event] = await postgres.adminQuery(
      `SELECT actor, details FROM audit_events WHERE action = 'thresholds.replaced' ORDER BY id DESC LIMIT 1`,
    );
    expect(event).toEqual({ actor: instance.admin.id, details: { changed: 1, ids: ['cpu_usage'] } });

    const next = await Instance.start(postgres.url);
    await next.of(AlertRefresh).run();
    expect(await inForce(next, 'cpu_usage')).toMatchObject({ value: 70.5, origin: 'api' });
    expect((await next.put(path, { thresholds: [] })).status).toBe(200);
    await next.application.close();
    await instance.of(AlertRefresh).run();
    expect(await inForce(instance, 'cpu_usage')).toMatchObject({ value: 80, origin: 'default' });
  }, 60_000);

  it('with a fault are refused as a whole, with a pointer to each', async () => {
    const answer = await instance.put(path, {
      thresholds: [{ id: 'cpu_usage', value: 1 }, { id: 'load', value: 1 }, { id: 'cpu_usage' }],
    });
    expect(answer).toMatchObject({ status: 422, body: { code: 'alerts.thresholds_invalid' } });
    expect((answer.body.errors as readonly { pointer: string }[]).map((e) => e.pointer)).toEqual([
      '/thresholds/1/metric',
      '/thresholds/2/id',
    ]);
    expect((await instance.put(path, { thresholds: [{ id: 'cpu_usage', value: 'x' }] })).status).toBe(422);
    expect(await inForce(instance, 'cpu_usage')).toMatchObject({ value: 80 });
  });

  it('that are switched off end their alerts', async () => {
    await instance.put(path, loads);
    await instance.see('a', 99);
    const { id } = await instance.open('a');
    await instance.put(path, { thresholds: loads.thresholds.filter((t) => t.id !== 'test_load_a') });
    await instance.written();
    expect(await rows(`id = '${id}'`)).toMatchObject([{ status: 'resolved', resolved_by: null }]);
  });
});
