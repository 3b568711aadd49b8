import type { Part } from './servers.js';

export interface BannerFacts {
  readonly host: string;
  readonly port: number;
  readonly seconds: number;
  readonly parts: readonly Part[];
  /** The first admin; `password` is null when it was given by ADMIN_PASSWORD or made at an earlier start. */
  readonly admin: { readonly email: string; readonly password: string | null } | null;
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
    `Watchkeeper is ready after ${facts.seconds.toFixed(1)} s.`,
    '',
    `  API and documentation  ${url}/api/docs`,
    `  Metrics                ${url}/metrics`,
    `  Health                 ${url}/health`,
    '',
    ...facts.parts.map((part) => `  ${part.name.padEnd(width)}  ${part.from.padEnd(8)}  ${part.detail}`),
  ];
  if (facts.admin?.password) {
    lines.push('', `  Admin     ${facts.admin.email}`, `  Password  ${facts.admin.password}   (shown only now)`);
  }
  if (facts.brokerLogin) {
    lines.push(
      '',
      `  MQTT user      ${facts.brokerLogin.username}`,
      `  MQTT password  ${facts.brokerLogin.password}   (shown only now)`,
    );
  }
  return `${lines.join('\n')}\n\n`;
}
