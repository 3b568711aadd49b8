// Building blocks of the dashboards: Grafana's classic JSON with everything that is the same in every panel said once.

const datasource = { type: 'prometheus', uid: '${datasource}' };

/** Selector of every query: the chosen instances. */
export const chosen = 'job=~"$job",instance=~"$instance"';

/** Replaces the marker `$S` (no labels) and `$S,` (further labels follow) by the selector of the chosen instances. */
const selected = (expression) => expression.replaceAll('$S', chosen);

function targets(queries) {
  return queries.map(([expr, legendFormat = '{{instance}}'], i) => ({
    refId: String.fromCharCode(65 + i),
    datasource,
    expr: selected(expr),
    legendFormat,
    editorMode: 'code',
    range: true,
  }));
}

/** @param levels [[from, colour], ...] after the base colour, which is green */
function thresholds(levels) {
  const steps = [{ color: 'green', value: null }, ...levels.map(([value, color]) => ({ color, value }))];
  return { mode: 'absolute', steps };
}

/**
 * Lines over time.
 * @param queries [[expression, legend], ...]
 * @param o.unit Grafana's unit id; o.max upper end of the axis; o.levels thresholds, drawn as lines; o.width of 24
 */
export function lines(title, queries, o = {}) {
  const { unit = 'short', max, min = 0, levels = [], width = 8, height = 8, stack = false, description } = o;
  return {
    type: 'timeseries',
    title,
    ...(description ? { description } : {}),
    datasource,
    size: { w: width, h: height },
    targets: targets(queries),
    fieldConfig: {
      defaults: {
        unit,
        ...(min === null ? {} : { min }),
        ...(max === undefined ? {} : { max }),
        color: { mode: 'palette-classic' },
        thresholds: thresholds(levels),
        custom: {
          drawStyle: 'line',
          lineWidth: 1,
          fillOpacity: stack ? 30 : 8,
          showPoints: 'never',
          spanNulls: false,
          stacking: { mode: stack ? 'normal' : 'none', group: 'A' },
          thresholdsStyle: { mode: levels.length > 0 ? 'dashed' : 'off' },
        },
      },
      overrides: [],
    },
    options: {
      legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  };
}

/** One big number for each series. `o.words` maps values to [text, colour]. */
export function number(title, queries, o = {}) {
  const { unit = 'short', levels = [], width = 4, height = 4, words, decimals, description } = o;
  const mappings = words
    ? [
        {
          type: 'value',
          options: Object.fromEntries(
            Object.entries(words).map(([value, [text, color]], index) => [value, { text, color, index }]),
          ),
        },
      ]
    : [];
  return {
    type: 'stat',
    title,
    ...(description ? { description } : {}),
    datasource,
    size: { w: width, h: height },
    targets: targets(queries).map(({ range: _range, ...target }) => ({ ...target, instant: true })),
    fieldConfig: {
      defaults: {
        unit,
        ...(decimals === undefined ? {} : { decimals }),
        mappings,
        noValue: 'no data',
        color: { mode: 'thresholds' },
        thresholds: thresholds(levels),
      },
      overrides: [],
    },
    options: {
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      colorMode: 'value',
      graphMode: 'none',
      textMode: queries.length > 1 || words ? 'auto' : 'value',
      orientation: 'auto',
      justifyMode: 'auto',
    },
  };
}

/** 1 is good, 0 is bad; nothing is grey. */
export const upDown = { words: { 0: ['down', 'red'], 1: ['up', 'green'] } };

/** State of each series over time; 1 green, 0 red. */
export function states(title, queries, o = {}) {
  const { width = 24, height = 8, words = upDown.words, description } = o;
  const panel = number(title, queries, { words, description });
  return {
    ...panel,
    type: 'state-timeline',
    size: { w: width, h: height },
    targets: targets(queries),
    options: {
      mergeValues: true,
      showValue: 'never',
      rowHeight: 0.8,
      legend: { displayMode: 'list', placement: 'bottom', showLegend: false },
      tooltip: { mode: 'single', sort: 'none' },
    },
  };
}

/** The alerts that fire now, worst first. */
export function alertTable(title, o = {}) {
  const { width = 24, height = 8 } = o;
  const hidden = { Time: true, Value: true, __name__: true, alertstate: true, job: true };
  const [target] = targets([['ALERTS{alertstate="firing",alertname!="Watchdog"}', '']]);
  const { range: _range, ...instant } = target;
  return {
    type: 'table',
    title,
    datasource,
    size: { w: width, h: height },
    targets: [{ ...instant, instant: true, format: 'table' }],
    transformations: [{ id: 'organize', options: { excludeByName: hidden, indexByName: {}, renameByName: {} } }],
    fieldConfig: { defaults: { noValue: 'none', thresholds: thresholds([]) }, overrides: [] },
    options: { showHeader: true, sortBy: [{ displayName: 'severity', desc: false }] },
  };
}

export const row = (title) => ({ type: 'row', title, size: { w: 24, h: 1 }, collapsed: false, panels: [] });

/** Lays panels out from left to right in 24 columns and gives them ids. */
function placed(panels) {
  let [x, y, tallest] = [0, 0, 0];
  return panels.map(({ size, ...panel }, i) => {
    if (x + size.w > 24) [x, y, tallest] = [0, y + tallest, 0];
    const gridPos = { h: size.h, w: size.w, x, y };
    x += size.w;
    tallest = Math.max(tallest, size.h);
    return { id: i + 1, ...panel, gridPos };
  });
}

const variable = (name, label, definition) => ({
  name,
  label,
  type: 'query',
  datasource,
  definition,
  query: { query: definition, refId: name },
  refresh: 2,
  sort: 1,
  multi: true,
  includeAll: true,
  allValue: '.*',
  current: { selected: true, text: ['All'], value: ['$__all'] },
  hide: 0,
  options: [],
});

/** A whole dashboard. `uid` is stable, so that links and bookmarks outlive an update. */
export function dashboard(uid, title, panels) {
  return {
    id: null,
    uid,
    title,
    tags: ['watchkeeper'],
    timezone: 'browser',
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    timepicker: {},
    links: [
      {
        type: 'dashboards',
        title: 'Watchkeeper',
        tags: ['watchkeeper'],
        asDropdown: true,
        includeVars: true,
        keepTime: true,
      },
    ],
    annotations: {
      list: [
        {
          name: 'Restarts',
          datasource,
          enable: true,
          iconColor: 'blue',
          expr: selected('changes(app_start_time_seconds{$S}[1m]) > 0'),
          titleFormat: 'Watchkeeper restarted',
          textFormat: '{{instance}}',
        },
      ],
    },
    templating: {
      list: [
        {
          name: 'datasource',
          label: 'Data source',
          type: 'datasource',
          query: 'prometheus',
          current: { selected: true, text: 'Watchkeeper Prometheus', value: 'watchkeeper-prometheus' },
          hide: 0,
          options: [],
          refresh: 1,
          regex: '',
          multi: false,
          includeAll: false,
        },
        variable('job', 'Job', 'label_values(app_info, job)'),
        variable('instance', 'Instance', 'label_values(app_info{job=~"$job"}, instance)'),
      ],
    },
    panels: placed(panels),
  };
}
