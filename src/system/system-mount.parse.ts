/** One line of `/proc/self/mountinfo`. */
export interface Mount {
  /** `major:minor` of the file system, the same for every place it is mounted at. */
  readonly deviceId: string;
  /** Directory of the file system that is visible here; `/` unless this is a bind mount or a subvolume. */
  readonly root: string;
  readonly path: string;
  readonly type: string;
  readonly source: string;
  readonly readOnly: boolean;
}

/** The kernel writes space, tab, newline and backslash as three octal digits. */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}

/** Parses `/proc/self/mountinfo` (proc_pid_mountinfo(5)); the optional fields end at a lone dash. */
export function parseMountInfo(text: string): readonly Mount[] {
  const found: Mount[] = [];
  for (const line of text.split('\n')) {
    const [left = '', right = ''] = line.split(' - ', 2);
    const [, , deviceId, root, path, options] = left.split(' ');
    const [type, source, superOptions = ''] = right.split(' ');
    if (deviceId === undefined || root === undefined || path === undefined || type === undefined) continue;
    const flags = [...(options ?? '').split(','), ...superOptions.split(',')];
    found.push({
      deviceId,
      root: unescape(root),
      path: unescape(path),
      type,
      source: unescape(source ?? ''),
      readOnly: flags.includes('ro'),
    });
  }
  return found;
}

/**
 * Types without space of their own: kernel interfaces, memory (tmpfs is counted as memory), images that are always full
 * (squashfs of snap), layers over another file system (overlay, anywhere but at `/`), and autofs, where a look would mount.
 */
const withoutSpace = new Set(
  (
    'autofs binder binfmt_misc bpf cgroup cgroup2 configfs cpuset debugfs devpts devtmpfs efivarfs erofs fusectl ' +
    'fuse.gvfsd-fuse fuse.lxcfs fuse.portal fuse.snapfuse hugetlbfs iso9660 mqueue nsfs overlay proc pstore ramfs ' +
    'resctrl rootfs rpc_pipefs securityfs selinuxfs smackfs squashfs sysfs tmpfs tracefs udf'
  ).split(' '),
);

/** Single files that container engines bind from the host's disk. */
const boundFiles = new Set(['/etc/hosts', '/etc/hostname', '/etc/resolv.conf', '/etc/mtab', '/dev/termination-log']);

/** Types whose server may be gone: asking them for space can hang for as long as the kernel waits. */
export function isRemote(type: string): boolean {
  return /^(nfs|nfs4|cifs|smb3|smbfs|9p|afs|ceph|glusterfs|lustre|beegfs|virtiofs|ncpfs|gfs2|ocfs2)$|^fuse/.test(type);
}

function better(a: Mount, b: Mount): Mount {
  if ((a.root === '/') !== (b.root === '/')) return a.root === '/' ? a : b;
  return b.path.length < a.path.length ? b : a;
}

/**
 * The mounts that `df` would be asked about: `/` whatever its type, and every file system with space of its own, each
 * device once, at the place that shows its root, else at the shortest path.
 */
export function spaceMounts(all: readonly Mount[]): readonly Mount[] {
  // A later mount hides an earlier one at the same place.
  const visible = new Map(all.map((mount) => [mount.path, mount]));
  const byDevice = new Map<string, Mount>();
  for (const mount of visible.values()) {
    if (mount.path !== '/' && (withoutSpace.has(mount.type) || boundFiles.has(mount.path))) continue;
    const known = byDevice.get(mount.deviceId);
    const kept = known === undefined || mount.path === '/' ? mount : known.path === '/' ? known : better(known, mount);
    byDevice.set(mount.deviceId, kept);
  }
  return [...byDevice.values()];
}

/** What statfs(2) says, in the names of Node.js; the blocks are counted in units of `bsize`. */
export interface SpaceCounts {
  readonly bsize: number;
  readonly blocks: number;
  readonly bfree: number;
  /** Free to users without privileges. */
  readonly bavail: number;
  /** Inodes; 0 where the type keeps no fixed number. */
  readonly files: number;
  readonly ffree: number;
}

/** Parses `stat -f -c '%S %b %f %a %c %d'`; null when it is not six numbers. */
export function parseStat(text: string): SpaceCounts | null {
  const match = /^(\d+) (\d+) (\d+) (\d+) (\d+) (\d+)$/.exec(text.trim());
  if (!match) return null;
  const [bsize = 0, blocks = 0, bfree = 0, bavail = 0, files = 0, ffree = 0] = match.slice(1).map(Number);
  return { bsize, blocks, bfree, bavail, files, ffree };
}
