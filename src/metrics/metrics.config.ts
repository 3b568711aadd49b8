import { addressList, defineConfig, variable, type ConfigOf } from '../core/index.js';

export const metricsConfig = defineConfig(
  'Metrics endpoint',
  {
    METRICS_ALLOW: variable.list({
      ...addressList,
      default: '127.0.0.0/8,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16,fc00::/7,fe80::/10',
      description:
        'Who may read /metrics: addresses and networks of the socket peer (forwarded headers never help). An entry without a mask is one host.',
    }),
    METRICS_USERNAME: variable.optionalText({
      allowed: 'text without a colon, up to 100 characters',
      pattern: /^[^:]+$/,
      maxLength: 100,
      description: 'User name that /metrics demands by HTTP basic authentication; needs METRICS_PASSWORD.',
    }),
    METRICS_PASSWORD: variable.optionalText({
      allowed: 'text of 8 to 200 characters',
      minLength: 8,
      maxLength: 200,
      secret: true,
      description: 'Password that /metrics demands by HTTP basic authentication; needs METRICS_USERNAME.',
    }),
    METRICS_BEARER_TOKEN: variable.optionalText({
      allowed: 'text of 16 to 500 characters',
      minLength: 16,
      maxLength: 500,
      secret: true,
      description: 'Bearer token that /metrics demands. With basic authentication set as well, either opens.',
    }),
    METRICS_SEED_NAMES: variable.flag({
      default: false,
      description: 'Prints the names flask_* and python_info too, for dashboards that exist.',
    }),
  },
  (values) =>
    (values.METRICS_USERNAME === undefined) === (values.METRICS_PASSWORD === undefined)
      ? []
      : [['METRICS_PASSWORD', 'METRICS_USERNAME and METRICS_PASSWORD are set only together']],
);

export type MetricsConfig = ConfigOf<typeof metricsConfig>;
