import type { FirstAdmin } from './auth/index.js';
import type { Part } from './servers.js';

export interface BannerFacts {
  readonly host: string;
  readonly port: number;
  readonly seconds: number;
  readonly parts: readonly Part[];
  /** null while the database is away. */
  readonly admin: FirstAdmin | null;
  readonly brokerLogin: { readonly username: string; readonly password: string } | null;
}

/** What a person sees after `npm start`. Generated passwords stand here once and nowhere else. */
export function banner(facts: BannerFacts): string {
  const everywhere = facts.host === '0.0.0.0' || facts.host === '::';
  const shownHost = everywhere ? 'localhost' : facts.host.includes(':') ? `[${facts.host}]` : facts.host;
  const url = `http://${shownHost}:${facts.port}`;
  const width = Math.max(...facts.parts.map((part) => part.name.length));
  const lines = [
    '',
    facts.admin
      ? `Watchkeeper is ready after ${facts.seconds.toFixed(1)} s.`
      : `Watchkeeper is up after ${facts.seconds.toFixed(1)} s, but its database does not answer yet; it goes on trying.`,
    '',
    `  API and documentation  ${url}/api/docs`,
    `  Metrics                ${url}/metrics`,
    `  Health                 ${url}/health`,
    '',
    ...facts.parts.map((part) => `  ${part.name.padEnd(width)}  ${part.from.padEnd(8)}  ${part.detail}`),
  ];
  if (facts.brokerLogin) {
    lines.push(
      '',
      `  MQTT user      ${facts.brokerLogin.username}`,
      `  MQTT password  ${facts.brokerLogin.password}   (shown only now)`,
    );
  }
  return `${lines.join('\n')}\n${facts.admin ? adminLines(facts.admin) : ''}\n`;
}

/** Who can sign in; the password only when it was generated just now. */
export function adminLines(admin: FirstAdmin): string {
  if (!admin.created) return '';
  const password = admin.password === null ? 'as set in ADMIN_PASSWORD' : `${admin.password}   (shown only now)`;
  return `\n  Admin     ${admin.email}\n  Password  ${password}\n`;
}
