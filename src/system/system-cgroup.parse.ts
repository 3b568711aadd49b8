import type { Mount } from './system-mount.parse.js';

/** Path of this process in the unified hierarchy, from `/proc/self/cgroup` ("0::/path"); null without cgroup v2. */
export function parseOwnGroup(text: string): string | null {
  return /^0::(\/.*)$/m.exec(text)?.[1] ?? null;
}

/**
 * Directories of our group and its ancestors up to the mount's root, innermost first. Without a cgroup namespace the
 * mount may show only a part of the hierarchy; then the group's path starts with the mount's root, or lies outside what
 * is visible ("/../.."), and the mount point itself is the nearest we can see.
 */
export function groupDirectories(group: string, mount: Pick<Mount, 'root' | 'path'>): readonly string[] {
  const prefix = mount.root === '/' ? '' : mount.root;
  const inside = group === prefix || group.startsWith(`${prefix}/`) ? group.slice(prefix.length) : '';
  const names = inside.split('/').filter((name) => name !== '');
  const visible = names.includes('..') ? [] : names;
  return [...visible.keys(), visible.length]
    .reverse()
    .map((depth) => [mount.path, ...visible.slice(0, depth)].join('/'));
}

/** `cpu.max`: "quota period" in microseconds, as cores; null for "max". */
export function parseCpuMax(text: string): number | null {
  const match = /^(\d+) (\d+)/.exec(text);
  return match && Number(match[2]) > 0 ? Number(match[1]) / Number(match[2]) : null;
}

/** Cores in a list like "0-3,8,10-11" (`cpuset.cpus.effective`); null for an empty one. */
export function parseCpuList(text: string): number | null {
  let count = 0;
  for (const part of text.trim().split(',')) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (match) count += Number(match[2] ?? match[1]) - Number(match[1]) + 1;
  }
  return count > 0 ? count : null;
}

/** A limit or a figure in one line (`memory.max`, `memory.current`): bytes; null for "max" or an empty text. */
export function parseBytes(text: string): number | null {
  return /^\d+$/.test(text.trim()) ? Number(text) : null;
}

/** One value of a flat keyed file (`memory.stat`, `cpu.stat`); null when the key is missing. */
export function parseKey(text: string, key: string): number | null {
  const match = new RegExp(`^${key} (\\d+)$`, 'm').exec(text);
  return match ? Number(match[1]) : null;
}
