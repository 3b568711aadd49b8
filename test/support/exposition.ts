import { spawnSync } from 'node:child_process';

/** One sample line of the text format. */
export interface ExposedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Parses the text format 0.0.4 independently of the code that writes it. */
export function parseExposition(text: string): readonly ExposedSample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const match = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
      if (!match) throw new Error(`not a sample: ${line}`);
      const labels = [...(match[2] ?? '').matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g)];
      const value = match[3] === '+Inf' ? Infinity : match[3] === '-Inf' ? -Infinity : Number(match[3]);
      return { name: match[1] ?? '', labels: Object.fromEntries(labels.map((l) => [l[1], l[2]])), value };
    });
}

export async function scrape(url: string): Promise<readonly ExposedSample[]> {
  const answer = await fetch(`${url}/metrics`);
  if (answer.status !== 200) throw new Error(`scrape: ${answer.status}`);
  return parseExposition(await answer.text());
}

/** The value of one sample; undefined when it is not exposed. Labels given must match, others may be there. */
export function valueOf(
  samples: readonly ExposedSample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const wanted = Object.entries(labels);
  return samples.find((s) => s.name === name && wanted.every(([key, value]) => s.labels[key] === value))?.value;
}

/** What `promtool check metrics` says of a text: one line a finding, each once, sorted. */
export function promtoolFindings(text: string): readonly string[] {
  const { stderr, error } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  if (error) throw new Error('promtool is not installed: apt-get install prometheus', { cause: error });
  return [...new Set(stderr.split('\n').filter((line) => line !== ''))].sort();
}
