import { randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Role } from '../../src/core/index.js';
import { adminEmail, adminPassword } from './application.js';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
  /** The parsed body; empty when there is none or it is not JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ApiRequest {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Address of the socket peer; 127.0.0.1 unless given. */
  readonly address?: string;
}

export interface SignedIn {
  readonly id: string;
  readonly email: string;
  readonly token: string;
  readonly refreshToken: string;
}

function bodyOf(text: string, type: string): Readonly<Record<string, unknown>> {
  return /json/.test(type) && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : {};
}

/** Requests to an application in the test process, through its whole HTTP stack. */
export class Api {
  constructor(private readonly app: Pick<NestFastifyApplication, 'inject'>) {}

  async call(method: Method, url: string, request: ApiRequest = {}): Promise<ApiAnswer> {
    const reply = await this.app.inject({
      method,
      url,
      remoteAddress: request.address ?? '127.0.0.1',
      headers: {
        ...(request.token === undefined ? {} : { authorization: `Bearer ${request.token}` }),
        ...request.headers,
      },
      ...(request.body === undefined ? {} : { payload: request.body as object }),
    });
    const headers = reply.headers as ApiAnswer['headers'];
    const text = reply.body;
    return { status: reply.statusCode, headers, text, body: bodyOf(text, headers['content-type'] ?? '') };
  }

  /** Signs in; the first admin unless told otherwise. */
  async signIn(email = adminEmail, password = adminPassword): Promise<SignedIn> {
    const { status, text, body } = await this.call('POST', '/api/v1/auth/login', { body: { email, password } });
    if (status !== 200) throw new Error(`login of ${email}: ${status} ${text}`);
    const tokens = body as { access_token: string; refresh_token: string; user: { id: string } };
    return { id: tokens.user.id, email, token: tokens.access_token, refreshToken: tokens.refresh_token };
  }

  /** Makes a user with the first admin's password and signs it in. */
  async newUser(admin: SignedIn, role: Role): Promise<SignedIn> {
    const email = `${role}-${randomBytes(4).toString('hex')}@example.org`;
    const body = { email, name: role, password: adminPassword, role };
    const answer = await this.call('POST', '/api/v1/auth/register', { token: admin.token, body });
    if (answer.status !== 201) throw new Error(`register: ${answer.status} ${answer.text}`);
    return this.signIn(email);
  }
}

/** Request limits out of the way of a test that is about something else. */
export const unlimited: Readonly<Record<string, string>> = {
  LIMIT_USER_PER_MINUTE: '10000',
  LIMIT_STATS_SYSTEM_PER_MINUTE: '10000',
  LIMIT_STREAM_TICKETS_PER_MINUTE: '10000',
  LIMIT_ANONYMOUS_PER_MINUTE: '10000',
  LIMIT_LOGIN_ADDRESS: '10000',
  LIMIT_LOGIN_PER_MINUTE: '10000',
};
