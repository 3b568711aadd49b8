import type { UserEntity } from './entities/user.entity.js';
import { changesOf } from './user.change.js';

const user = { name: 'Ada', role: 'viewer', disabledAt: null, passwordHash: 'old' } as UserEntity;
const disabled = { ...user, disabledAt: new Date(1) };

describe('changes of a user', () => {
  it.each([
    ['the same name', user, { name: 'Ada' }, []],
    ['the same role', user, { role: 'viewer' as const }, []],
    ['enabling an active user', user, { disabled: false }, []],
    ['disabling a disabled user', disabled, { disabled: true }, []],
    ['a new name', user, { name: 'Ada L.' }, [['user.renamed', null]]],
    ['a new role', user, { role: 'operator' as const }, [['user.role_changed', 'role_changed']]],
    ['disabling', user, { disabled: true }, [['user.disabled', 'disabled']]],
    ['enabling', disabled, { disabled: false }, [['user.enabled', null]]],
    ['a new password', user, { passwordHash: 'new' }, [['user.password_reset', 'password_changed']]],
    [
      'several at once',
      user,
      { role: 'admin' as const, disabled: true },
      [
        ['user.role_changed', 'role_changed'],
        ['user.disabled', 'disabled'],
      ],
    ],
  ])('%s', (_, before, wanted, expected) => {
    expect(changesOf(before, wanted, 42).map((change) => [change.action, change.revokes])).toEqual(expected);
  });
});
