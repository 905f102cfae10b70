import type { STSClient } from '@aws-sdk/client-sts';

/** Characters of a session token of AWS with a session policy. */
const SESSION_TOKEN_CHARACTERS = 400;

/**
 * An STS client that returns credentials at once, each with its own key and session token. It has no HTTP and no XML:
 * the machine's own work remains, and a cache of a million tenants is filled in minutes.
 */
export function stubSts(): STSClient {
  let calls = 0;
  const stub = {
    config: {
      region: async () => 'us-east-1',
      credentials: async () => ({ accessKeyId: 'AKIABENCH', secretAccessKey: 'secret' }),
    },
    async send() {
      calls += 1;
      return {
        Credentials: {
          AccessKeyId: `ASIA${String(calls).padStart(16, '0')}`,
          SecretAccessKey: String(calls).padStart(40, 'secret'),
          SessionToken: String(calls).padStart(SESSION_TOKEN_CHARACTERS, 'FwoGZXIvYXdzEBYaDH'),
          Expiration: new Date(Date.now() + 3_600_000),
        },
        $metadata: {},
      };
    },
    destroy() {},
  };
  return stub as unknown as STSClient;
}
