import type { Limit } from '../collect/index.js';
import { type AssessedCheck, type Colour, colourOfLoad, weightedScore } from '../health/index.js';
import type { SystemHealthView } from './dto/system-dialect.dto.js';

export type ComponentWord = SystemHealthView['components'][string];

export interface ColourLimits {
  readonly yellowPercent: number;
  readonly redPercent: number;
}

/** The dialect calls the file systems "disk"; the other components keep the names of their checks. */
const dialectNames: Readonly<Record<string, string>> = { disk_space: 'disk' };
const wordOfColour: Readonly<Record<Colour, ComponentWord>> = { green: 'healthy', yellow: 'warning', red: 'critical' };
const rank: readonly ComponentWord[] = ['absent', 'healthy', 'unknown', 'warning', 'critical'];
const wordOfVerdict: Readonly<Record<AssessedCheck['verdict'], ComponentWord>> = {
  ok: 'healthy',
  degraded: 'warning',
  down: 'critical',
  unknown: 'unknown',
  absent: 'absent',
};

export interface ColouredComponent {
  readonly name: string;
  readonly word: ComponentWord;
  /** The limit that produced the word; null where it is not a comparison. */
  readonly limit: Limit | null;
}

function loadLimit(colour: Colour, limits: ColourLimits): Limit {
  return colour === 'red'
    ? { figure: 'load_percent', operator: '>', value: limits.redPercent }
    : { figure: 'load_percent', operator: '>=', value: limits.yellowPercent };
}

/** A component is as bad as the worse of its load's colour and its check's verdict (C-04: two limits, each named). */
export function colourComponent(check: AssessedCheck, limits: ColourLimits): ColouredComponent {
  const name = dialectNames[check.name] ?? check.name;
  const byVerdict = wordOfVerdict[check.verdict];
  if (check.loadPercent === null) return { name, word: byVerdict, limit: check.limit };
  const colour = colourOfLoad(check.loadPercent, limits.yellowPercent, limits.redPercent);
  const byLoad = wordOfColour[colour];
  return rank.indexOf(byLoad) >= rank.indexOf(byVerdict)
    ? { name, word: byLoad, limit: loadLimit(colour, limits) }
    : { name, word: byVerdict, limit: check.limit };
}

function overallColour(words: readonly ComponentWord[]): Colour {
  if (words.includes('critical')) return 'red';
  return words.includes('warning') || words.includes('unknown') ? 'yellow' : 'green';
}

const verdictOfWord = {
  healthy: 'ok',
  warning: 'degraded',
  critical: 'down',
  unknown: 'unknown',
  absent: 'absent',
} as const;

/** Overall colour, score and components. No component at all reads as yellow: no data is not good news. */
export function systemHealth(
  checks: readonly AssessedCheck[],
  limits: ColourLimits,
): Omit<SystemHealthView, 'timestamp' | 'active_alerts' | 'metrics'> {
  const components = checks.map((check) => colourComponent(check, limits));
  const words = components.map((component) => component.word);
  const unscored = components.filter((c) => c.word === 'unknown' || c.word === 'absent');
  return {
    status: words.some((word) => word !== 'absent') ? overallColour(words) : 'yellow',
    health_score: weightedScore(words.map((word) => verdictOfWord[word])),
    components: Object.fromEntries(components.map((c) => [c.name, c.word])),
    limits: Object.fromEntries(components.map((c) => [c.name, c.limit])),
    not_scored: unscored.map((c) => c.name),
  };
}
