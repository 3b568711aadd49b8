/** One line of a Prometheus text exposition. */
export interface ExpositionSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Samples kept at most; a DataNode with hundreds of databases has some thousand of the families that we read. */
export const maxExpositionSamples = 50_000;

const nameForm = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const labelForm = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*,?/y;
const valueForm = /^\s+(\S+)(?:\s+-?\d+)?\s*$/;

function unescape(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(.)/g, (pair, next: string) => (next === 'n' ? '\n' : /["\\]/.test(next) ? next : pair));
}

/** Go's float syntax as Prometheus writes it; null for what is no number. */
function numberOf(text: string): number | null {
  const word = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (word) return word[2]?.toLowerCase() === 'nan' ? NaN : word[1] === '-' ? -Infinity : Infinity;
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : null;
}

/** Labels from just after `{`; null when the line is torn. A comma before `}` is allowed: IoTDB always writes one. */
function labelsOf(line: string, from: number): { labels: Record<string, string>; end: number } | null {
  const labels: Record<string, string> = {};
  let at = from;
  for (;;) {
    labelForm.lastIndex = at;
    const match = labelForm.exec(line);
    if (!match) break;
    labels[match[1] ?? ''] = unescape(match[2] ?? '');
    at = labelForm.lastIndex;
  }
  while (line[at] === ' ' || line[at] === '\t') at += 1;
  return line[at] === '}' ? { labels, end: at + 1 } : null;
}

function sampleOf(line: string, name: string): ExpositionSample | null {
  const braced = line[name.length] === '{' ? labelsOf(line, name.length + 1) : { labels: {}, end: name.length };
  const value = braced && numberOf(valueForm.exec(line.slice(braced.end))?.[1] ?? '');
  return braced && value !== null ? { name, labels: braced.labels, value } : null;
}

/**
 * Samples of the wanted families from a text exposition (format 0.0.4), in order. Comments, other families and torn
 * lines are passed over: IoTDB repeats HELP and TYPE between the lines of a family, and 2.0 has labels that hold a
 * whole SQL statement.
 * @param wanted sample names, suffixes included
 */
export function parseExposition(text: string, wanted: ReadonlySet<string>): readonly ExpositionSample[] {
  const samples: ExpositionSample[] = [];
  for (let start = 0; start < text.length && samples.length < maxExpositionSamples;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, end);
    start = end + 1;
    const name = nameForm.exec(line)?.[0];
    if (name === undefined || !wanted.has(name)) continue;
    const sample = sampleOf(line, name);
    if (sample) samples.push(sample);
  }
  return samples;
}
