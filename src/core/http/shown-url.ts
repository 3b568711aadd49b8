/** Parts of parameter names that announce a secret: access_token, api_key, client_secret and their like. */
const secretName = /token|ticket|key|passw|secret|code|auth|credential|signature|jwt/i;
/** A JWT is a secret under any name. The bound keeps the search linear; headers of tokens are shorter. */
const secretValue = /eyJ[\w-]{1,256}\.[\w-]/;
const authority = /^[a-z]+:\/\/[^/?#]*/i;

/** The name as the server understands it; one that cannot be decoded counts as secret. */
function announcesSecret(name: string): boolean {
  try {
    return secretName.test(decodeURIComponent(name));
  } catch {
    return true;
  }
}

/**
 * The URL of a request as logs may show it: without authority (credentials may stand there) and with `***` for the
 * values of parameters that are, or look like, secrets.
 */
export function shownUrl(url: string): string {
  const path = url.replace(authority, '');
  const query = path.indexOf('?');
  if (query < 0) return path;
  const parameters = path.slice(query + 1).split('&');
  const shown = parameters.map((parameter) => {
    const end = parameter.indexOf('=');
    const name = end < 0 ? parameter : parameter.slice(0, end);
    if (end < 0) return secretValue.test(parameter) ? '***' : parameter;
    return announcesSecret(name) || secretValue.test(parameter.slice(end)) ? `${name}=***` : parameter;
  });
  return `${path.slice(0, query)}?${shown.join('&')}`;
}
