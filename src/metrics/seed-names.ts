/** The contract's names of another stack (C-24), by our canonical name. */
export const seedNames: Readonly<Record<string, string>> = {
  app_uptime_seconds: 'flask_app_uptime_seconds',
  app_info: 'flask_app_info',
  nodejs_info: 'python_info',
  http_requests_total: 'flask_http_requests_total',
  http_request_duration_seconds: 'flask_http_request_duration_seconds',
  http_requests_in_progress: 'flask_http_requests_in_progress',
};

/** A rendered family under another name: the name stands at the start of each sample and after HELP and TYPE. */
export function underSeedName(block: string, name: string, alias: string): string {
  return block
    .split('\n')
    .map((line) => {
      const comment = /^# (?:HELP|TYPE) /.exec(line)?.[0] ?? '';
      const rest = line.slice(comment.length);
      return rest.startsWith(name) ? `${comment}${alias}${rest.slice(name.length)}` : line;
    })
    .join('\n');
}
