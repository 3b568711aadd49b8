import { defineConfig, variable, type ConfigOf } from '../core/index.js';

export const healthConfig = defineConfig(
  'Health',
  {
    HEALTH_COLOUR_YELLOW_PERCENT: variable.number({
      min: 1,
      max: 100,
      default: 70,
      description: 'Colours of the system health: from this share in use on, a component is yellow.',
    }),
    HEALTH_COLOUR_RED_PERCENT: variable.number({
      min: 1,
      max: 100,
      default: 85,
      description: 'Colours of the system health: above this share in use, a component is red.',
    }),
  },
  (values) =>
    values.HEALTH_COLOUR_YELLOW_PERCENT <= values.HEALTH_COLOUR_RED_PERCENT
      ? []
      : [['HEALTH_COLOUR_YELLOW_PERCENT', 'is above HEALTH_COLOUR_RED_PERCENT']],
);

export type HealthConfig = ConfigOf<typeof healthConfig>;
