import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checked, metricsIn, root, shipped } from './shipped.js';

jest.setTimeout(180_000);

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string }[];
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
}

interface Dashboard {
  readonly uid: string;
  readonly id: null;
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly { readonly name: string }[] };
  readonly panels: readonly Panel[];
}

/** Alert, its expression and severity as they stand in the file. */
function rules(): readonly { name: string; expr: string; text: string }[] {
  const blocks = shipped('prometheus/alerting_rules.yml')
    .split(/^ {6}- alert: /m)
    .slice(1);
  return blocks.map((text) => {
    const name = /^\w+/.exec(text)?.[0] ?? '';
    const expr = /^ {8}expr:( \|-)?([\s\S]*?)^ {8}(?:for|labels):/m.exec(text)?.[2]?.trim() ?? '';
    return { name, expr, text };
  });
}

const dashboards = readdirSync(join(root, 'grafana/dashboards')).map((file) => ({
  file,
  board: JSON.parse(shipped(`grafana/dashboards/${file}`)) as Dashboard,
}));

/** Every name of docs/metrics.md with the parts of histograms, and what Prometheus itself adds. */
function known(): ReadonlySet<string> {
  const own = ['up', 'scrape_duration_seconds', 'ALERTS'];
  const rows = shipped('docs/metrics.md').matchAll(/^\| [^|]+ \| `(\w+)` \| (\w+) \|/gm);
  const names = [...rows].flatMap(([, name = '', type]) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
  expect(names.length).toBeGreaterThan(200);
  return new Set([...own, ...names]);
}

const unknownIn = (expression: string): readonly string[] => metricsIn(expression).filter((name) => !known().has(name));

describe('metricsIn', () => {
  it.each([
    ['up{job="a_b"} == 0', ['up']],
    ['absent(up{job="x"})', ['up']],
    ['histogram_quantile(0.95, sum by (le, job) (rate(a_bucket{e!~".*"}[5m]))) > 2', ['a_bucket']],
    ['a_total > 0 unless a_total offset 15m and on (job, instance) up offset 15m', ['a_total', 'up']],
    ['predict_linear(free[6h], 4 * 86400) < 1e9', ['free']],
    ['vector(1)', []],
  ])('finds the metrics in %s', (expression, names) => {
    expect(metricsIn(expression)).toEqual(names);
  });
});

describe('The shipped Prometheus files', () => {
  it('are accepted by promtool', () => {
    for (const args of [
      ['check', 'config', 'prometheus/prometheus.yml'],
      ['check', 'rules', 'prometheus/alerting_rules.yml'],
    ]) {
      const { ok, output } = checked('promtool', args);
      expect(output).toContain('SUCCESS');
      expect(ok).toBe(true);
    }
  });

  it('fire and stay silent as rules_test.yml says', () => {
    const { ok, output } = checked('promtool', ['test', 'rules', 'rules_test.yml'], join(root, 'prometheus'));
    if (!ok) throw new Error(output);
  });

  it('have a firing and a silent case for every alert', () => {
    const cases = [...shipped('prometheus/rules_test.yml').matchAll(/^ {2}- name: (\w+) (fires|stays silent)$/gm)].map(
      ([, name, kind]) => `${name} ${kind}`,
    );
    const needed = rules().flatMap(({ name }) =>
      name === 'Watchdog' ? [`${name} fires`] : [`${name} fires`, `${name} stays silent`],
    );
    expect(rules().length).toBeGreaterThan(80);
    expect(cases).toEqual(needed);
    const fires = shipped('prometheus/rules_test.yml').split('  - name: ').slice(1);
    for (const text of fires) {
      const silent = /^\w+ stays silent/.test(text);
      expect(text.includes('exp_alerts: []')).toBe(silent);
      expect(text.includes('exp_labels:')).toBe(!silent);
    }
  });

  it('use no metric that does not exist', () => {
    for (const { name, expr } of rules()) expect([name, expr === '', unknownIn(expr)]).toEqual([name, false, []]);
  });

  it('give every alert a severity, a summary, a description and a runbook page of its own, and no value among the labels', () => {
    for (const { name, text } of rules()) {
      const labels = /^ {8}labels: \{ (.*) \}$/m.exec(text)?.[1] ?? '';
      expect(labels).toMatch(/^severity: (info|warning|critical)(, component: [a-z]+)?$/);
      expect(text).toMatch(/^ {10}summary: /m);
      expect(text).toMatch(/^ {10}description: /m);
      expect(text).toContain(`runbook_url: docs/runbooks/${name}.md`);
    }
    const names = rules().map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('have a runbook page for each alert and no page without one, with the expression of the rule', () => {
    const pages = readdirSync(join(root, 'docs/runbooks')).filter((file) => file !== 'README.md');
    expect(pages.sort()).toEqual(
      rules()
        .map(({ name }) => `${name}.md`)
        .sort(),
    );
    const bare = (text: string): string => text.replace(/\s+/g, ' ').replace(/^'|'$/g, '').trim();
    for (const { name, expr } of rules()) {
      const page = shipped(`docs/runbooks/${name}.md`);
      expect(bare(page)).toContain(bare(expr));
      for (const title of ['## Meaning', '## Impact', '## Check', '## Do']) expect(page).toContain(title);
      expect(shipped('docs/runbooks/README.md')).toContain(`[${name}](${name}.md)`);
    }
  });
});

const amtool = ((): boolean => {
  try {
    return checked('amtool', ['--version']).ok;
  } catch {
    return false;
  }
})();

// Without the package these are skipped on a laptop, and fail in CI.
if (!amtool)
  process.stderr.write('SKIPPED, not proved: routes of Alertmanager: apt-get install prometheus-alertmanager\n');
(amtool || process.env.CI === 'true' ? describe : describe.skip)('The shipped Alertmanager file', () => {
  it('is accepted by amtool', () => {
    const { ok, output } = checked('amtool', ['check-config', 'prometheus/alertmanager.yml']);
    expect(output).toContain('SUCCESS');
    expect(ok).toBe(true);
  });

  it.each([
    ['heartbeat', ['alertname=Watchdog', 'severity=info']],
    ['on_call', ['alertname=DatabaseDown', 'severity=critical']],
    ['operators', ['alertname=HostCpuHigh', 'severity=warning']],
    ['nobody', ['alertname=HostRebooted', 'severity=info']],
  ])('routes to %s', (receiver, labels) => {
    const args = ['config', 'routes', 'test', '--config.file=prometheus/alertmanager.yml', ...labels];
    expect(checked('amtool', args).output.split('\n')).toContain(receiver);
  });

  it('names only alerts that exist', () => {
    const names = new Set(rules().map(({ name }) => name));
    for (const [, text = ''] of shipped('prometheus/alertmanager.yml').matchAll(/alertname !?=~? "([^"]+)"/g)) {
      const matching = [...names].filter((name) => new RegExp(`^(?:${text})$`).test(name));
      expect([text, matching.length > 0]).toEqual([text, true]);
    }
  });

  it('holds no address that could be reached before it is set', () => {
    const addresses = [...shipped('prometheus/alertmanager.yml').matchAll(/url: (\S+)/g)].map(([, url]) => url ?? '');
    expect(addresses.length).toBe(3);
    for (const url of addresses) expect(new URL(url).hostname).toMatch(/\.invalid$/);
  });
});

describe('The shipped dashboards', () => {
  it('are what grafana/generate.mjs writes', () => {
    const directory = mkdtempSync(join(tmpdir(), 'watchkeeper-grafana-'));
    try {
      const { ok, output } = checked(process.execPath, ['grafana/generate.mjs', directory]);
      expect([ok, output]).toEqual([true, '']);
      expect(readdirSync(directory).sort()).toEqual(dashboards.map(({ file }) => file).sort());
      for (const { file } of dashboards) {
        expect(readFileSync(join(directory, file), 'utf8')).toBe(shipped(`grafana/dashboards/${file}`));
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('are one overview and one for each part', () => {
    const parts = ['application', 'database', 'iotdb', 'mqtt', 'overview', 'redis', 'system'];
    expect(dashboards.map(({ board }) => board.uid).sort()).toEqual(parts.map((part) => `watchkeeper-${part}`));
    for (const { file, board } of dashboards) expect(file).toBe(`${board.uid}.json`);
  });

  it('use no metric that does not exist', () => {
    for (const { file, board } of dashboards) {
      const queries = board.panels.flatMap((panel) => panel.targets ?? []).map(({ expr }) => expr);
      expect(queries.length).toBeGreaterThan(10);
      for (const query of queries) expect([file, query, unknownIn(query)]).toEqual([file, query, []]);
    }
  });

  it('can be provisioned: no id, the data source and instance as variables, panels in a grid that do not overlap', () => {
    for (const { board } of dashboards) {
      expect(board.id).toBeNull();
      expect(board.schemaVersion).toBe(39);
      expect(board.templating.list.map(({ name }) => name)).toEqual(['datasource', 'job', 'instance']);
      const taken = new Set<string>();
      for (const { gridPos, type, datasource, targets, fieldConfig } of board.panels) {
        expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
            expect(taken.has(`${x} ${y}`)).toBe(false);
            taken.add(`${x} ${y}`);
          }
        if (type === 'row') continue;
        expect(datasource?.uid).toBe('${datasource}');
        expect(targets?.length).toBeGreaterThan(0);
        if (type !== 'table') expect(typeof fieldConfig?.defaults.unit).toBe('string');
      }
      expect(new Set(board.panels.map(({ id }) => id)).size).toBe(board.panels.length);
    }
    expect(shipped('grafana/provisioning/datasources/prometheus.yml')).toContain('uid: watchkeeper-prometheus');
  });
});
