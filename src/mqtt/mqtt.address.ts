import type { MqttProtocol } from 'mqtt';

/** Where the broker is and who we are there. */
export interface MqttAddress {
  readonly protocol: MqttProtocol;
  readonly host: string;
  readonly port: number;
  /** Path of a WebSocket URL; empty otherwise. */
  readonly path: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

const defaultPorts: Readonly<Record<string, number>> = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 };

/** @param text a URL that the configuration has checked. The driver's own parser does not decode `%40` and the like. */
export function parseMqttUrl(text: string): MqttAddress {
  const url = new URL(text);
  const protocol = url.protocol.slice(0, -1) as MqttProtocol;
  const isWebSocket = protocol === 'ws' || protocol === 'wss';
  return {
    protocol,
    // A socket takes an IPv6 address bare, a URL (which the driver builds for WebSocket) in brackets.
    host: isWebSocket ? url.hostname : url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (defaultPorts[protocol] ?? 1883) : Number(url.port),
    path: isWebSocket ? `${url.pathname}${url.search}` : '',
    username: url.username === '' ? undefined : decodeURIComponent(url.username),
    password: url.password === '' ? undefined : decodeURIComponent(url.password),
  };
}
