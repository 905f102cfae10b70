import { describe, expect, it } from 'vitest';
import { urlFault } from '../../src/identity/trusted-url.ts';

describe('urlFault', () => {
  it.each(['https://keys.example/', 'https://10.0.0.1/', 'https://localhost/'])('accepts %s', (url) => {
    expect(urlFault(new URL(url), { loopback: false })).toBeUndefined();
  });

  it.each(['http://localhost:1/', 'http://127.0.0.1:1/', 'http://127.8.9.10/', 'http://[::1]:1/', 'http://2130706433/'])(
    'accepts %s as loopback',
    (url) => {
      expect(urlFault(new URL(url), { loopback: true })).toBeUndefined();
      expect(urlFault(new URL(url), { loopback: false })).toContain('must be https');
    },
  );

  it.each([
    'http://keys.example/',
    'http://localhost.example/',
    'http://127.0.0.1.example/',
    'http://128.0.0.1/',
    'http://[::2]/',
    'http://0.0.0.0/',
    'ftp://127.0.0.1/',
    'file:///keys',
    'data:,keys',
  ])('refuses %s', (url) => {
    expect(urlFault(new URL(url), { loopback: true })).toContain('must be https');
  });

  it.each(['https://user@keys.example/', 'https://:pass@keys.example/'])('refuses %s because of its credentials', (url) => {
    expect(urlFault(new URL(url), { loopback: true })).toContain('no user name');
  });
});
