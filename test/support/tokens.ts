import { createHmac } from 'node:crypto';

/** The two readable parts of a JWT. */
export interface TokenParts {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
}

const encoded = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');

function decoded(part: string | undefined): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as Record<string, unknown>;
}

/** Reads a JWT without a library, so that what is checked is not what checks. */
export function readToken(token: string): TokenParts {
  const [header, payload] = token.split('.');
  return { header: decoded(header), payload: decoded(payload) };
}

/**
 * Signs a changed copy of a token (HMAC, RFC 7515) as someone who holds `secret` could.
 * @param change laid over the parts of the token; undefined removes a field
 */
export function resigned(
  token: string,
  secret: string,
  change: { readonly header?: object; readonly payload?: object },
  hash: 'sha256' | 'sha512' = 'sha256',
): string {
  const parts = readToken(token);
  const body = `${encoded({ ...parts.header, ...change.header })}.${encoded({ ...parts.payload, ...change.payload })}`;
  return `${body}.${createHmac(hash, secret).update(body).digest('base64url')}`;
}

/** The token with another payload under its old signature. */
export function tampered(token: string, change: object): string {
  const [header, , signature] = token.split('.');
  return `${header}.${encoded({ ...readToken(token).payload, ...change })}.${signature}`;
}

/** The token as unsigned (`alg: none`), with or without its old signature. */
export function unsigned(token: string, alg: string, signature = ''): string {
  const parts = readToken(token);
  return `${encoded({ ...parts.header, alg })}.${encoded(parts.payload)}.${signature}`;
}
