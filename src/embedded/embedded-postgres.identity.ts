import { execFile } from 'node:child_process';
import { lchownSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { postgresUnreachablePath, postgresUnsupported } from './embedded.errors.js';
import { serverEnvironment, type PostgresBinaries } from './embedded-postgres.binaries.js';

const run = promisify(execFile);

/** A user of the password file. */
export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** How a program of PostgreSQL is started. `uid` and `gid` are absent when it runs as the user we are. */
export interface Invocation {
  readonly file: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

/** As whom PostgreSQL runs, proved to reach its binaries and data. */
export interface PostgresIdentity {
  readonly invocation: (file: string, args: readonly string[]) => Invocation;
  /** Hands files made by us to the server's user; does nothing when that is us. */
  readonly own: (path: string) => void;
}

/** Entries of `/etc/passwd`. Lines that are not of its form are passed over. */
export function parsePasswd(text: string): SystemUser[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    const valid = name && uid && gid && /^\d+$/.test(uid) && /^\d+$/.test(gid);
    return valid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

/**
 * The user for a server started by root: the owner of the data that is there, else `postgres`, else `nobody`. initdb
 * wants a user with a name, so an owner without one does not count.
 */
export function unprivilegedUser(users: readonly SystemUser[], dataOwner: number | null): SystemUser | undefined {
  return (
    users.find((user) => user.uid === dataOwner && user.uid !== 0) ??
    users.find((user) => user.name === 'postgres' && user.uid !== 0) ??
    users.find((user) => user.name === 'nobody' && user.uid !== 0)
  );
}

/**
 * The ways from root to the user, least power first. A directory on the way may be closed to that user (`/root`);
 * then the server keeps the one capability that passes directories, or, where the container withholds that one or
 * the files themselves are closed, the one that passes all. `no_setuid_fixup` makes access(2), by which initdb looks
 * for its binary, heed the capability.
 */
function waysFromRoot({ uid, gid }: SystemUser): PostgresIdentity['invocation'][] {
  const plain: PostgresIdentity['invocation'] = (file, args) => ({ file, args, uid, gid });
  if (process.platform !== 'linux') return [plain];
  const withCapability =
    (capability: string): PostgresIdentity['invocation'] =>
    (file, args) => {
      const only = `-all,+${capability}`;
      const user = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--securebits=+no_setuid_fixup'];
      const power = [`--bounding-set=${only}`, `--inh-caps=${only}`, `--ambient-caps=${only}`];
      return { file: 'setpriv', args: [...user, ...power, file, ...args] };
    };
  return [plain, withCapability('dac_read_search'), withCapability('dac_override')];
}

/** Arguments: data parent, cluster ('' before initdb), binary, then files to read. */
const reachScript = `
cd "$1" || exit 1
[ -z "$2" ] || [ -w "$2/PG_VERSION" ] || exit 1
binary=$3
shift 3
for file; do [ -r "$file" ] || exit 1; done
exec "$binary" --version`;

/**
 * Finds the way to run PostgreSQL, by trying each.
 * @param dataParent directory that holds, or will hold, the cluster
 * @param cluster the cluster's directory, or null before initdb
 * @throws embedded.postgres_unreachable_path, embedded.postgres_unsupported
 */
export async function findIdentity(
  binaries: PostgresBinaries,
  dataParent: string,
  cluster: string | null,
): Promise<PostgresIdentity> {
  const asRoot = process.getuid?.() === 0;
  const user = asRoot ? fromRoot(cluster) : ourselves();
  const own = (path: string): void => {
    if (asRoot) chownTree(path, user);
  };
  if (process.platform === 'win32') return { invocation: (file, args) => ({ file, args }), own };
  if (cluster !== null && asRoot && statSync(cluster).uid !== user.uid) own(cluster);
  let failure: unknown;
  for (const invocation of asRoot ? waysFromRoot(user) : [plainly]) {
    const words = ['-c', reachScript, 'sh', dataParent, cluster ?? '', binaries.postgres, ...binaries.readable];
    const { file, args, ...ids } = invocation('/bin/sh', words);
    try {
      await run(file, args, { ...ids, env: serverEnvironment, cwd: '/', timeout: 20_000 });
      return { invocation, own };
    } catch (error) {
      failure = error;
    }
  }
  const blocker = closedTo(user, [binaries.postgres, ...binaries.readable, join(cluster ?? dataParent, '.')]);
  throw postgresUnreachablePath(user.name, blocker ?? dataParent, asRoot, failure);
}

function plainly(file: string, args: readonly string[]): Invocation {
  return { file, args };
}

function ourselves(): SystemUser {
  try {
    const { username: name, uid, gid } = userInfo();
    return { name, uid, gid };
  } catch (error) {
    const who = `this process runs under the user id ${process.getuid?.()}, which has no name in /etc/passwd`;
    throw postgresUnsupported(who, error);
  }
}

function fromRoot(cluster: string | null): SystemUser {
  const users = parsePasswd(readFileSync('/etc/passwd', 'utf8'));
  const user = unprivilegedUser(users, cluster === null ? null : statSync(cluster).uid);
  if (!user) throw postgresUnsupported('it refuses to run as root, and there is neither a user postgres nor nobody');
  return user;
}

function chownTree(path: string, { uid, gid }: SystemUser): void {
  lchownSync(path, uid, gid);
  if (!statSync(path).isDirectory()) return;
  for (const entry of readdirSync(path, { recursive: true, encoding: 'utf8' })) lchownSync(join(path, entry), uid, gid);
}

/** The first directory or file on the way to the paths that the mode bits close to the user, for the message. */
export function closedTo(user: SystemUser, paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const way = [path];
    for (let at = path; at !== dirname(at); at = dirname(at)) way.unshift(dirname(at));
    for (const step of way) {
      const stat = statSync(step, { throwIfNoEntry: false });
      if (!stat) return step;
      const shift = stat.uid === user.uid ? 6 : stat.gid === user.gid ? 3 : 0;
      const needed = stat.isDirectory() ? 0o1 : 0o4;
      if (((stat.mode >> shift) & needed) === 0) return step;
    }
  }
  return undefined;
}
