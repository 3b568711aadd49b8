import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The open connections of the HTTP server, so that they can be ended. Node 20 does not count a connection as idle that
 * has sent nothing yet (a browser opens such ones ahead of need), and `close` would wait for it.
 */
export class Connections {
  private readonly idle = new Set<Socket>();
  private readonly busy = new Set<Socket>();
  private ending = false;

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.idle.add(socket);
      socket.once('close', () => {
        this.idle.delete(socket);
        this.busy.delete(socket);
      });
    });
    server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      this.idle.delete(socket);
      this.busy.add(socket);
      response.once('close', () => {
        if (!this.busy.delete(socket)) return;
        if (this.ending) socket.end();
        else this.idle.add(socket);
      });
    });
  }

  /** Ends connections without a request in progress, and from now on the others after their answer. */
  endIdle(): void {
    this.ending = true;
    for (const socket of this.idle) socket.destroy();
  }

  endAll(): void {
    for (const socket of [...this.idle, ...this.busy]) socket.destroy();
  }
}
