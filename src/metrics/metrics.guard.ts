import { createHash, timingSafeEqual } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { metricsConfig, type MetricsConfig } from './metrics.config.js';
import { credentialsRefused, peerRefused } from './metrics.errors.js';

/** A BlockList used as an allow-list: it classifies parsed bytes, never text. */
export function allowList(entries: readonly string[]): BlockList {
  const allowed = new BlockList();
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) allowed.addAddress(address, family);
    else allowed.addSubnet(address, Number(bits), family);
  }
  return allowed;
}

/** Whether the socket peer is in the list; IPv4 peers of a dual-stack socket arrive as ::ffff:a.b.c.d. */
export function isAllowed(list: BlockList, peer: string | undefined): boolean {
  if (peer === undefined) return false;
  const address = peer.startsWith('::ffff:') && isIP(peer.slice(7)) === 4 ? peer.slice(7) : peer;
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** Compares in constant time; the digests make the lengths equal. */
function same(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** Opens /metrics by the address of the peer, then by credentials if any are configured. */
@Injectable()
export class MetricsGuard implements CanActivate {
  private readonly list: BlockList;
  private readonly accepted: readonly string[];

  constructor(@Inject(metricsConfig.token) config: MetricsConfig) {
    this.list = allowList(config.METRICS_ALLOW);
    const basic =
      config.METRICS_USERNAME === undefined
        ? []
        : [`Basic ${Buffer.from(`${config.METRICS_USERNAME}:${config.METRICS_PASSWORD}`).toString('base64')}`];
    const bearer = config.METRICS_BEARER_TOKEN === undefined ? [] : [`Bearer ${config.METRICS_BEARER_TOKEN}`];
    this.accepted = [...basic, ...bearer];
  }

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    if (!isAllowed(this.list, request.raw.socket.remoteAddress)) throw peerRefused();
    if (this.accepted.length === 0) return true;
    const given = request.headers.authorization ?? '';
    // Every candidate is compared, so the time says nothing about which one failed.
    const matches = this.accepted.map((expected) => same(given, expected));
    if (matches.includes(true)) return true;
    const scheme = this.accepted.some((value) => value.startsWith('Basic ')) ? 'Basic' : 'Bearer';
    void http.getResponse<FastifyReply>().header('www-authenticate', `${scheme} realm="metrics"`);
    throw credentialsRefused();
  }
}
