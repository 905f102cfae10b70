import { describe, expect, it } from 'vitest';
import {
  CHECKSUM_ALGORITHMS,
  CHECKSUM_HEADERS,
  checksum,
  checksumHeader,
  checksumOfHeader,
  parseChecksumAlgorithm,
} from '../src/checksums.ts';

const CHECK = Buffer.from('123456789');

describe('checksum', () => {
  it.each([
    ['CRC32', 'cbf43926'],
    ['CRC32C', 'e3069283'],
    ['CRC64NVME', 'ae8b14860a799888'],
    ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
    ['SHA256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
  ] as const)('gives the published check value of %s', (algorithm, hex) => {
    expect(Buffer.from(checksum(algorithm, CHECK), 'base64').toString('hex')).toBe(hex);
  });

  it('gives AAAAAA== and AAAAAAAAAAA= for the CRCs of an empty body', () => {
    expect(checksum('CRC32', Buffer.alloc(0))).toBe('AAAAAA==');
    expect(checksum('CRC32C', Buffer.alloc(0))).toBe('AAAAAA==');
    expect(checksum('CRC64NVME', Buffer.alloc(0))).toBe('AAAAAAAAAAA=');
  });

  it('differs for two bodies that differ in their last bit', () => {
    for (const algorithm of CHECKSUM_ALGORITHMS) {
      expect(checksum(algorithm, Buffer.from([1, 2, 3]))).not.toBe(checksum(algorithm, Buffer.from([1, 2, 2])));
    }
  });
});

describe('names', () => {
  it('maps each algorithm to its header and back', () => {
    expect([...CHECKSUM_HEADERS]).toEqual(CHECKSUM_ALGORITHMS.map(checksumHeader));
    for (const algorithm of CHECKSUM_ALGORITHMS) expect(checksumOfHeader(checksumHeader(algorithm))).toBe(algorithm);
  });

  it('returns undefined for any other algorithm or header', () => {
    for (const name of ['MD5', '', 'constructor', 'CRC32 ']) expect(parseChecksumAlgorithm(name)).toBeUndefined();
    for (const name of ['x-amz-checksum-algorithm', 'x-amz-checksum-md5', 'constructor']) {
      expect(checksumOfHeader(name)).toBeUndefined();
    }
  });
});
