import type { FastifyInstance } from 'fastify';

interface Entry {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/** The path as the router sees it: without authority (absolute form), query, repeated slashes and escapes. */
function routedPath(url: string): string {
  const path = (url.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1)[0] ?? '').replace(/\/{2,}/g, '/');
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** Every route by URL pattern, so that a wrong method can be told from a wrong path (Fastify says 404 to both). */
export class RouteTable {
  private readonly entries = new Map<string, Entry>();

  /** Construct before routes are registered. */
  constructor(fastify: FastifyInstance) {
    fastify.addHook('onRoute', (route) => {
      if (route.url.includes('*')) return;
      const escaped = route.url.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/:[A-Za-z0-9_]+/g, '[^/]+');
      const entry = this.entries.get(route.url) ?? {
        pattern: new RegExp(`^${escaped}/?$`),
        methods: new Set<string>(),
      };
      for (const method of [route.method].flat()) entry.methods.add(method);
      this.entries.set(route.url, entry);
    });
  }

  /** Methods that some route answers at the URL of a request, sorted; empty when the path is unknown. */
  methodsOf(url: string): readonly string[] {
    const path = routedPath(url);
    const matching = [...this.entries.values()].filter((entry) => entry.pattern.test(path));
    return [...new Set(matching.flatMap((entry) => [...entry.methods]))].sort();
  }

  /** All (method, pattern) pairs. */
  all(): readonly { readonly method: string; readonly url: string }[] {
    return [...this.entries].flatMap(([url, entry]) => [...entry.methods].map((method) => ({ method, url })));
  }
}
