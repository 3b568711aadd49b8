import { isIP } from 'node:net';
import { defineConfig, variable, type ConfigOf } from './config/index.js';

function isAddressOrNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

export const addressList = {
  item: isAddressOrNetwork,
  allowed: 'addresses or networks (10.0.0.0/8), separated by commas',
};

export const coreConfig = defineConfig('Server', {
  PORT: variable.integer({ min: 1, max: 65_535, default: 5_000, description: 'TCP port of the HTTP server.' }),
  HOST: variable.text({
    default: '0.0.0.0',
    allowed: 'an IP address of this host, 0.0.0.0 or ::',
    pattern: /^[0-9a-fA-F.:]+$/,
    description: 'Address the HTTP server and the embedded MQTT broker listen on; 127.0.0.1 keeps them to this host.',
  }),
  LOG_LEVEL: variable.oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace'], {
    default: 'info',
    description: 'Least severity that is logged. Logs are JSON, one object a line, on standard output.',
  }),
  TRUSTED_PROXIES: variable.list({
    ...addressList,
    default: '',
    description: 'Proxies whose X-Forwarded-For is believed. Empty: the address of a client is the socket peer.',
  }),
  CORS_ORIGINS: variable.list({
    default: '',
    allowed: 'exact origins (https://admin.example.com), separated by commas',
    item: (text) => URL.canParse(text) && new URL(text).origin === text,
    description: 'Origins of other sites whose pages may call the API. Empty: only pages served by this server.',
  }),
  HTTP_BODY_LIMIT_BYTES: variable.integer({
    min: 1_024,
    max: 16_777_216,
    default: 262_144,
    description: 'Largest request body in bytes; beyond it the answer is 413.',
  }),
  HTTP_REQUEST_TIMEOUT_MS: variable.integer({
    min: 1_000,
    max: 300_000,
    default: 30_000,
    description: 'Longest time for a client to send its whole request.',
  }),
  SHUTDOWN_GRACE_MS: variable.integer({
    min: 0,
    max: 3_000,
    default: 2_000,
    description: 'Time between "not ready" and closing the port at SIGTERM, so that load balancers notice.',
  }),
});

export type CoreConfig = ConfigOf<typeof coreConfig>;
