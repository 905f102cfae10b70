import type { Keys, Principal } from './sessions.ts';
import { uniqueId } from './sts/roles.ts';

/** The user whose keys are in `aws.env`. It can call STS only: with permissions on data, tests would not detect code that uses these keys by mistake. */
export function baseUser(account: string, keys: Keys): Principal {
  return user(account, 'base', keys, 'sts:*');
}

/** The user whose keys are in `aws.admin`. It has all permissions. */
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
