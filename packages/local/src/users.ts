import type { Keys, Principal } from './sessions.ts';
import { uniqueId } from './sts/roles.ts';

/** Whom `aws.env` makes the application: it may call STS. Rights on data would hide a leak of these keys from every test. */
export function baseUser(account: string, keys: Keys): Principal {
  return user(account, 'base', keys, 'sts:*');
}

/** Whom `aws.admin` makes a test: it may do everything. */
export function adminUser(account: string, keys: Keys): Principal {
  return user(account, 'admin', keys, '*');
}

function user(account: string, name: string, keys: Keys, action: string): Principal {
  const arn = `arn:aws:iam::${account}:user/${name}`;
  const userId = uniqueId('AIDA', arn);
  return {
    keys,
    account,
    arn,
    userId,
    layers: [{ role: [{ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: action, Resource: '*' } }] }],
    context: {
      'aws:PrincipalArn': arn,
      'aws:PrincipalAccount': account,
      'aws:PrincipalType': 'User',
      'aws:username': name,
      'aws:userid': userId,
    },
  };
}
