/** The polynomial of CRC-64/NVME, reflected. */
const POLYNOMIAL = 0x9a6c9329ac4bc9b5n;

/** One entry per byte value, in 32-bit halves: with BigInt arithmetic for each byte, a large object would take seconds. */
const HIGH = new Int32Array(256);
const LOW = new Int32Array(256);

for (let byte = 0; byte < 256; byte += 1) {
  let crc = BigInt(byte);
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1n ? (crc >> 1n) ^ POLYNOMIAL : crc >> 1n;
  HIGH[byte] = Number(BigInt.asIntN(32, crc >> 32n));
  LOW[byte] = Number(BigInt.asIntN(32, crc));
}

/** CRC-64/NVME of `body`, as eight bytes, most significant first. */
export function crc64Nvme(body: Uint8Array): Buffer {
  let high = -1;
  let low = -1;
  for (const byte of body) {
    const index = (low ^ byte) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ (LOW[index] ?? 0);
    high = (high >>> 8) ^ (HIGH[index] ?? 0);
  }
  const digest = Buffer.alloc(8);
  digest.writeInt32BE(~high, 0);
  digest.writeInt32BE(~low, 4);
  return digest;
}
