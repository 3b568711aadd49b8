import {
  groupDirectories,
  parseBytes,
  parseCpuList,
  parseCpuMax,
  parseKey,
  parseOwnGroup,
} from './system-cgroup.parse.js';

const mount = { root: '/', path: '/sys/fs/cgroup' };

describe('groupDirectories', () => {
  it.each([
    ['a container with its own namespace', '/', mount, ['/sys/fs/cgroup']],
    [
      'a service of systemd',
      '/system.slice/watchkeeper.service',
      mount,
      ['/sys/fs/cgroup/system.slice/watchkeeper.service', '/sys/fs/cgroup/system.slice', '/sys/fs/cgroup'],
    ],
    [
      'a container in the namespace of the host, which sees its own part only',
      '/docker/abc/inner',
      { root: '/docker/abc', path: '/sys/fs/cgroup' },
      ['/sys/fs/cgroup/inner', '/sys/fs/cgroup'],
    ],
    [
      'a part whose name starts like ours',
      '/docker/abcdef',
      { root: '/docker/abc', path: '/sys/fs/cgroup' },
      ['/sys/fs/cgroup'],
    ],
    ['a process moved in from outside the namespace', '/../../user.slice', mount, ['/sys/fs/cgroup']],
  ])('%s', (_, group, where, expected) => {
    expect(groupDirectories(group, where)).toEqual(expected);
  });
});

describe('figures of cgroup v2', () => {
  it.each([
    ['own group on a hybrid machine', parseOwnGroup, '4:memory:/a\n0::/user.slice/x\n', '/user.slice/x'],
    ['own group without v2', parseOwnGroup, '4:memory:/a\n', null],
    ['quota', parseCpuMax, '150000 100000\n', 1.5],
    ['no quota', parseCpuMax, 'max 100000\n', null],
    ['no file', parseCpuMax, '', null],
    ['list of cores', parseCpuList, '0-3,8,10-11\n', 7],
    ['one core', parseCpuList, '5\n', 1],
    ['no cores', parseCpuList, '\n', null],
    ['bytes', parseBytes, '536870912\n', 536870912],
    ['no limit', parseBytes, 'max\n', null],
    ['no bytes', parseBytes, '', null],
  ] as const)('%s', (_, parse: (text: string) => unknown, text, expected) => {
    expect(parse(text)).toBe(expected);
  });

  it('finds a key as a whole word', () => {
    const stat = 'anon 1\ninactive_file 20\nfile 300\nactive_file 4\n';
    expect([parseKey(stat, 'file'), parseKey(stat, 'inactive_file'), parseKey(stat, 'slab')]).toEqual([300, 20, null]);
  });
});
