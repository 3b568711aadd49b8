import { randomBytes } from 'node:crypto';
import { Controller, Get, Global, Module, type INestApplication } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { StandardSchemaSerializerInterceptor } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { migrations } from '../../migrations/index.js';
import { AcceptsQueryToken, authConfig, authEntities, AuthModule, BootstrapAdmin } from '../../src/auth/index.js';
import { Instruments, QueueLengths } from '../../src/collect/index.js';
import { MethodTimer } from '../../src/collect/timed.js';
import {
  Clock,
  coreConfig,
  CoreModule,
  hardenHttp,
  httpAdapter,
  Limited,
  parseConfig,
  Public,
  Requires,
  validationPipe,
  type CoreConfig,
  type Role,
} from '../../src/core/index.js';
import { Database, databaseConfig, type DatabaseConfig } from '../../src/database/index.js';
import { MovableClock } from './clock.js';

const database = {
  provide: Database,
  inject: [databaseConfig.token, Clock],
  useFactory: (config: DatabaseConfig, clock: Clock) =>
    new Database(config, { entities: authEntities, migrations }, clock),
};

/** What `auth` stands on, without the engine that would collect in the background. */
@Global()
@Module({
  providers: [Instruments, MethodTimer, QueueLengths, database],
  exports: [Instruments, MethodTimer, QueueLengths, Database],
})
class GroundModule {}

/** Routes of every kind of access rule, as other features declare them. */
@Controller('probe')
export class ProbeController {
  @Get('open')
  @Public('for the test')
  open(): { ok: boolean } {
    return { ok: true };
  }

  @Get('unlimited')
  @Public('for the test', { unlimited: true })
  unlimited(): { ok: boolean } {
    return { ok: true };
  }

  @Get('statistics')
  @Requires('statistics:read')
  statistics(): { ok: boolean } {
    return { ok: true };
  }

  @Get('system')
  @Requires('statistics:read')
  @Limited('stats_system')
  system(): { ok: boolean } {
    return { ok: true };
  }

  @Get('stream')
  @Requires('statistics:read')
  @AcceptsQueryToken()
  stream(): { ok: boolean } {
    return { ok: true };
  }

  @Get('undeclared')
  undeclared(): { ok: boolean } {
    return { ok: true };
  }
}

export const adminEmail = 'admin@watchkeeper.local';
export const adminPassword = 'granite-otter-42-lantern';
export const jwtSecret = randomBytes(32).toString('hex');

/** The fields that tests read on; any other is there as well. */
export interface AnswerBody {
  readonly id: string;
  readonly access_token: string;
  readonly refresh_token: string;
  readonly user: { readonly id: string };
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly next_cursor: string | null;
  readonly [field: string]: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: AnswerBody;
}

export interface CallOptions {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly address?: string;
}

let addresses = 0;
/** An address that no request of this process has come from: its limits are fresh. */
export function freshAddress(): string {
  addresses += 1;
  return `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}`;
}

export interface Signed {
  readonly id: string;
  readonly email: string;
  readonly token: string;
  readonly refreshToken: string;
}

export interface AuthApp {
  readonly app: INestApplication;
  readonly clock: MovableClock;
  /** One request through the whole stack. */
  call(
    method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE' | 'PUT',
    url: string,
    options?: CallOptions,
  ): Promise<Answer>;
  /** Signs in from an address of its own; throws when that fails. */
  signIn(email?: string, password?: string): Promise<Signed>;
  /** Makes a user of a role and signs it in. */
  newUser(admin: Signed, role: Role, password?: string): Promise<Signed>;
  close(): Promise<void>;
}

/** Configuration values of the sections that the application below needs. */
export function configValues(
  environment: Readonly<Record<string, string>>,
): ReadonlyMap<symbol, Readonly<Record<string, unknown>>> {
  const parsed = parseConfig([coreConfig, databaseConfig, authConfig] as never, environment);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.values;
}

/**
 * The real application around `auth`: Fastify, hardening, error filter, validation, guards, a real database.
 * @param environment on top of the database's address and a random secret
 * @param clock of another instance, when tokens of the one are to be shown to the other
 */
export async function startAuthApp(
  databaseUrl: string,
  environment: Readonly<Record<string, string>> = {},
  clock = new MovableClock(),
): Promise<AuthApp> {
  const values = configValues({
    DATABASE_URL: databaseUrl,
    JWT_SECRET: jwtSecret,
    ADMIN_PASSWORD: adminPassword,
    ...environment,
  });
  const module = await Test.createTestingModule({
    imports: [CoreModule.forRoot(values), GroundModule, AuthModule],
    controllers: [ProbeController],
    providers: [{ provide: APP_INTERCEPTOR, useClass: StandardSchemaSerializerInterceptor }],
  })
    .overrideProvider(Clock)
    .useValue(clock)
    .setLogger(false as never)
    .compile();
  const core = values.get(coreConfig.token) as CoreConfig;
  const app = module.createNestApplication<NestFastifyApplication>(httpAdapter(core) as never, {
    logger: false,
    bodyParser: false,
  });
  await hardenHttp(app, core);
  app.useGlobalPipes(validationPipe());
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  await app.get(BootstrapAdmin).run();
  const call: AuthApp['call'] = async (method, url, options = {}) => {
    const bearer = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
    const reply = await app.inject({
      method,
      url,
      remoteAddress: options.address ?? '127.0.0.1',
      headers: { ...bearer, ...options.headers },
      ...(options.body === undefined ? {} : { payload: options.body as object }),
    });
    const body = (reply.body === '' ? {} : JSON.parse(reply.body)) as AnswerBody;
    return { status: reply.statusCode, headers: reply.headers, body };
  };
  const signIn: AuthApp['signIn'] = async (email = adminEmail, password = adminPassword) => {
    const answer = await call('POST', '/api/v1/auth/login', { body: { email, password }, address: freshAddress() });
    if (answer.status !== 200) throw new Error(`login of ${email}: ${answer.status}`);
    const { access_token: token, refresh_token: refreshToken, user } = answer.body;
    return { id: user.id, email, token, refreshToken };
  };
  const newUser: AuthApp['newUser'] = async (admin, role, password = adminPassword) => {
    const email = `${role}-${randomBytes(4).toString('hex')}@example.com`;
    const body = { email, name: role, password, role };
    const answer = await call('POST', '/api/v1/auth/register', { token: admin.token, body });
    if (answer.status !== 201) throw new Error(`register: ${answer.status}`);
    return signIn(email, password);
  };
  return { app, clock, call, signIn, newUser, close: () => app.close() };
}
