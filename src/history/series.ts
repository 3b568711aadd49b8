import type { Labels, Sample } from '../collect/index.js';
import type { SeriesKind } from './bucket-store.js';

/** A parsed `name{label="value"}`. */
export interface Selector {
  readonly name: string;
  readonly labels: Labels;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };
const plain: Readonly<Record<string, string>> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' };
const nameForm = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const labelForm = /^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\\n]|\\["\\n])*)"\s*(,|$)/;

/** The name of a series: as the Prometheus text format writes it, labels sorted by name. */
export function seriesId(name: string, labels: Labels): string {
  const names = Object.keys(labels);
  if (names.length === 0) return name;
  const parts = names.sort().map((label) => {
    const value = (labels[label] ?? '').replace(/[\\"\n]/g, (c) => escapes[c] ?? c);
    return `${label}="${value}"`;
  });
  return `${name}{${parts.join(',')}}`;
}

/** Labels as they stand between braces; null when the text is not of that form or names a label twice. */
export function parseLabels(text: string): Labels | null {
  const labels: Record<string, string> = {};
  for (let rest = text.trim(); rest !== '';) {
    const match = labelForm.exec(rest);
    const [whole, name, value] = match ?? [];
    if (whole === undefined || name === undefined || value === undefined || name in labels) return null;
    labels[name] = value.replace(/\\[\\"n]/g, (c) => plain[c] ?? c);
    rest = rest.slice(whole.length);
  }
  return labels;
}

/** `name` or `name{label="value",...}`; null for anything else. */
export function parseSelector(text: string): Selector | null {
  const name = nameForm.exec(text)?.[0];
  if (name === undefined) return null;
  const rest = text.slice(name.length);
  if (rest === '') return { name, labels: {} };
  if (!rest.startsWith('{') || !rest.endsWith('}')) return null;
  const labels = parseLabels(rest.slice(1, -1));
  return labels && { name, labels };
}

/** Whether a series has the selector's name and at least its labels. */
export function selects(selector: Selector, series: Selector): boolean {
  if (selector.name !== series.name) return false;
  return Object.entries(selector.labels).every(([name, value]) => series.labels[name] === value);
}

/** The parts of a histogram only ever grow, like counters. */
export function kindOf(sample: Sample): SeriesKind {
  return sample.family.type === 'gauge' ? 'gauge' : 'counter';
}
