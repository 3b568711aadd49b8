import { defineConfig, variable, type ConfigOf } from '../core/index.js';

export const embeddedConfig = defineConfig('Embedded servers', {
  DATA_DIR: variable.text({
    default: './data',
    allowed: 'a path to a directory that exists or can be created',
    description:
      'Directory of everything this instance keeps on disk: the embedded PostgreSQL, generated secrets, history files. ' +
      'One running instance owns it; a relative path starts at the working directory.',
  }),
});

export type EmbeddedConfig = ConfigOf<typeof embeddedConfig>;
