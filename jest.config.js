// Application code is ESM; under jest it runs as CommonJS, because CommonJS packages (throttler) that
// require ESM ones (@nestjs/*) cannot be loaded in jest's ESM mode. Packages that ship ESM only are
// transformed too; the list below names them.
const swc = (typescript) => ({
  swcrc: false,
  sourceMaps: 'inline',
  module: { type: 'commonjs' },
  jsc: {
    target: 'es2023',
    keepClassNames: true,
    parser: { syntax: typescript ? 'typescript' : 'ecmascript', decorators: typescript },
    transform: typescript ? { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false } : {},
  },
});
const esmOnly = [
  '@nestjs',
  'file-type',
  'uuid',
  'strtok3',
  'token-types',
  'uint8array-extras',
  'jose',
  'path-to-regexp',
  'cookie',
  'content-disposition',
  '@tokenizer',
  '@borewit',
  'es-toolkit',
  '@fastify',
  'aedes',
  'mqemitter',
];
const shared = {
  testEnvironment: 'node',
  moduleFileExtensions: ['ts', 'js', 'json'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['@swc/jest', swc(true)], '^.+\\.m?js$': ['@swc/jest', swc(false)] },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
};
const project = (displayName, testRegex) => ({
  ...shared,
  displayName,
  testRegex,
  roots: ['<rootDir>/src', '<rootDir>/test', '<rootDir>/migrations'],
});

export default {
  projects: [
    project('unit', ['(?<!\\.int|\\.e2e)\\.spec\\.ts$']),
    project('int', ['\\.int\\.spec\\.ts$']),
    project('e2e', ['\\.e2e\\.spec\\.ts$']),
  ],
  coverageProvider: 'v8',
  testTimeout: 60_000,
};
