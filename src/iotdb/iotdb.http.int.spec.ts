import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { AppError, SystemClock } from '../core/index.js';
import { IotdbClient } from './iotdb.client.js';
import { exchange } from './iotdb.http.js';

/**
 * Answers that a healthy IoTDB cannot be made to give: of another server, of a proxy, without end. Everything else is
 * proved against the real server.
 */
describe('IotdbClient before an address that is not a healthy IoTDB', () => {
  let server: Server;
  let answer: RequestListener;
  let base: string;
  let client: IotdbClient;

  beforeAll(async () => {
    server = createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    base = typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : '';
    const config = {
      IOTDB_URL: `${base}/prefix/`,
      IOTDB_USERNAME: 'root',
      IOTDB_PASSWORD: 'secret',
      IOTDB_METRICS_URL: `${base}/metrics`,
      IOTDB_TIMEOUT_MS: 300,
      IOTDB_SCHEMA_INTERVAL_MS: 60_000,
      IOTDB_SCHEMA_TIMEOUT_MS: 1_000,
      IOTDB_ACTIVE_SECONDS: 300,
      IOTDB_RESPONSE_MS_MAX: 1_000,
      IOTDB_DISK_PERCENT_MAX: 90,
    };
    client = new IotdbClient(config, new SystemClock());
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  const signal = (): AbortSignal => AbortSignal.timeout(10_000);
  const replying =
    (status: number, body: string): RequestListener =>
    (_request, response) => {
      response.writeHead(status).end(body);
    };
  const failureOf = async (work: Promise<unknown>): Promise<AppError> => {
    const failure: unknown = await work.then(
      () => new Error('it did not fail'),
      (error: unknown) => error,
    );
    if (failure instanceof AppError) return failure;
    throw failure;
  };

  it.each([
    ['another web server', 404, '<html>Not Found</html>', 'iotdb.unexpected_answer'],
    ['another JSON service', 200, '{"status":"ok"}', 'iotdb.unexpected_answer'],
    ['a proxy without its server', 502, 'Bad Gateway', 'iotdb.unexpected_answer'],
    [
      'a refusal with a status of its own, as newer versions give',
      413,
      '{"code":708,"message":"x"}',
      'iotdb.result_too_large',
    ],
    ['a 401 with an unknown code', 401, '{"code":603,"message":"x"}', 'iotdb.auth_refused'],
    ['a 401 of a proxy', 401, 'who are you', 'iotdb.auth_refused'],
    ['a success without a result', 200, '{"code":200,"message":"SUCCESS_STATUS"}', 'iotdb.unexpected_answer'],
  ])('tells %s from a result', async (_what, status, body, code) => {
    answer = replying(status, body);
    expect(await failureOf(client.query('SHOW VERSION', signal()))).toMatchObject({ code });
  });

  it('knows a REST service whose DataNode serves nothing by its 503', async () => {
    answer = replying(503, '{"code":500,"message":"thrift service is unavailable"}');
    expect(await failureOf(client.ping(signal()))).toMatchObject({ code: 'iotdb.not_serving', kind: 'unavailable' });
  });

  it('follows no redirect, which would take the password elsewhere', async () => {
    let visits = 0;
    answer = (_request, response) => {
      visits += 1;
      response.writeHead(302, { location: `${base}/elsewhere` }).end();
    };
    expect(await failureOf(client.query('SHOW VERSION', signal()))).toMatchObject({ kind: 'unavailable' });
    expect(visits).toBe(1);
  });

  it('asks below the path of IOTDB_URL with the account, and the ping and the reporter without it', async () => {
    const seen: string[] = [];
    answer = (request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.authorization ?? 'nobody'}`);
      response.end(request.method === 'POST' ? '{"column_names":["Version"],"values":[["1"]]}' : '{"code":200}');
    };
    await client.ping(signal());
    await client.query('SHOW VERSION', signal());
    await client.expositions(signal());
    const root = `Basic ${Buffer.from('root:secret').toString('base64')}`;
    expect(seen).toEqual(['GET /prefix/ping nobody', `POST /prefix/rest/v2/query ${root}`, 'GET /metrics nobody']);
  });

  it('stops reading an answer that is larger than the cap', async () => {
    answer = (_request, response) => {
      response.on('error', () => undefined);
      const pour = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', pour);
      pour();
    };
    const target = { url: base, authorization: null };
    const failure = await failureOf(exchange(target, null, 10_000, signal(), 1_000_000));
    expect(failure).toMatchObject({ code: 'iotdb.answer_too_large' });
  });

  it('gives up on headers without a body after IOTDB_TIMEOUT_MS, and at once when the caller does', async () => {
    answer = (_request, response) => {
      response.writeHead(200);
      response.flushHeaders();
    };
    expect(await failureOf(client.query('SHOW VERSION', signal()))).toMatchObject({ code: 'iotdb.timeout' });
    const abort = new AbortController();
    const work = failureOf(client.query('SHOW VERSION', abort.signal, { timeoutMs: 60_000 }));
    abort.abort();
    expect(await work).toMatchObject({ code: 'iotdb.aborted', kind: 'unavailable' });
  });
});
