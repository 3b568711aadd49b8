import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { allMethods } from './gate.js';
import { refusalBody } from './problem.filter.js';
import { securityHeaders } from './security-headers.js';

/** Errors of Node's HTTP parser that say more than "malformed". */
const statusOfCode: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
  HPE_INVALID_METHOD: 405,
};

interface RespondingSocket extends Socket {
  /** Node's own mark of the answer under way on this connection. */
  readonly _httpMessage?: { readonly headersSent: boolean } | null;
}

/**
 * Answers what the HTTP parser refused in the one error shape and ends the connection; for Node's event `clientError`.
 * In the middle of another answer it only ends it.
 */
export function answerRefusedConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  const busy = (socket as RespondingSocket)._httpMessage?.headersSent === true;
  if (error.code === 'ECONNRESET' || !socket.writable || busy) {
    socket.destroy();
    return;
  }
  const status = statusOfCode[error.code ?? ''] ?? 400;
  const requestId = randomUUID();
  const body = JSON.stringify(refusalBody(status, requestId));
  const headers: Readonly<Record<string, string>> = {
    ...securityHeaders,
    ...(status === 405 ? { allow: allMethods } : {}),
    'x-request-id': requestId,
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('')}\r\n${body}`);
}
