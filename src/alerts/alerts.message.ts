import type { Labels } from '../collect/index.js';
import type { Operator, Threshold } from './alerts.threshold.js';

const relation: Readonly<Record<Operator, string>> = {
  '>': 'above',
  '>=': 'at or above',
  '<': 'below',
  '<=': 'at or below',
};
const maxMessageChars = 500;

/** A figure for people: percents with one decimal, small ones and others with three. */
export function figureText(value: number, unit: Threshold['unit']): string {
  const text = String(Math.round(value * 1000) / 1000);
  switch (unit) {
    case 'percent':
      return `${Math.abs(value) < 1 ? text : String(Math.round(value * 10) / 10)} %`;
    case 'seconds':
      return `${text} s`;
    case 'none':
      return text;
  }
}

function labelsText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

/** The text of an alert: what, where, how much, and against which limit. */
export function alertMessage(
  threshold: Threshold,
  found: { readonly component: string; readonly labels: Labels; readonly value: number; readonly limit: number },
): string {
  const words: Readonly<Record<string, string>> = {
    component: found.component,
    labels: labelsText(found.labels),
    value: figureText(found.value, threshold.unit),
    limit: figureText(found.limit, threshold.unit),
  };
  const where = words.labels === '' ? '' : ' ({labels})';
  const usual = `${threshold.title}${where} is {value}, ${relation[threshold.operator]} the limit of {limit}.`;
  return (threshold.message ?? usual)
    .replace(/\{(component|labels|value|limit)\}/g, (_, name: string) => words[name] ?? '')
    .slice(0, maxMessageChars);
}
