import { AppError } from '../errors.js';

const maxDepth = 20;
const maxKeys = 2_000;
const maxStringChars = 16_384;
const maxKeyChars = 128;
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

function refuse(text: string): never {
  throw new AppError('http.json_refused', 'invalid', text);
}

function walk(value: unknown, depth: number, count: { keys: number }): void {
  if (depth > maxDepth) refuse(`The body is nested deeper than ${maxDepth} levels.`);
  if (typeof value === 'string' && value.length > maxStringChars)
    refuse(`The body has a text of over ${maxStringChars} characters.`);
  // 1e309 is valid JSON and becomes Infinity.
  if (typeof value === 'number' && !Number.isFinite(value)) refuse('The body has a number that is not finite.');
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    count.keys += Array.isArray(value) ? 0 : 1;
    if (count.keys > maxKeys) refuse(`The body has more than ${maxKeys} keys.`);
    if (!Array.isArray(value)) {
      if (key.length > maxKeyChars) refuse(`The body has a key of over ${maxKeyChars} characters.`);
      if (forbiddenKeys.has(key)) refuse(`The body has the key "${key}", which is not allowed.`);
    }
    walk(item, depth + 1, count);
  }
}

/**
 * Parses a JSON body: UTF-8 without a byte order mark, bounded in depth, keys and texts, finite numbers, no key that
 * reaches a prototype. For a repeated key the last wins.
 * @throws SyntaxError when it is not JSON; AppError `http.json_refused` when it is beyond a bound
 */
export function parseJsonBody(text: string): unknown {
  if (text.charCodeAt(0) === 0xfeff || text.includes('\uFFFD'))
    refuse('The body must be UTF-8 without a byte order mark.');
  const value: unknown = JSON.parse(text);
  walk(value, 0, { keys: 0 });
  return value;
}
