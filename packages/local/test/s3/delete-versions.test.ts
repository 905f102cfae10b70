import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { first } from './upload-harness.ts';
import { VersionHarness } from './version-harness.ts';

let s3: VersionHarness;
beforeEach(async () => {
  s3 = new VersionHarness();
  await s3.setVersioning('Enabled');
});

describe('DeleteObjects in a bucket with versioning', () => {
  it('deletes versions and adds markers in one request', async () => {
    const [one, two] = [await s3.put('one'), await s3.put('two')];
    const named = (id?: string) => `<Object><Key>acme/k</Key>${id === undefined ? '' : `<VersionId>${id}</VersionId>`}</Object>`;
    const remove = (objects: string) => {
      const body = `<Delete>${objects}</Delete>`;
      return s3.send('POST', '/pool?delete=', { body, headers: { 'content-md5': createHash('md5').update(body).digest('base64') } });
    };
    const { body, iamRequests } = await remove(named(one) + named() + named());
    expect(iamRequests.map(({ action, context }) => [action, context['s3:VersionId']])).toEqual([
      ['s3:DeleteObjectVersion', one],
      ['s3:DeleteObject', undefined],
    ]);
    const marker = first(body, 'DeleteMarkerVersionId');
    expect(body).toContain(
      `<Deleted><Key>acme/k</Key><VersionId>${one}</VersionId></Deleted>` +
        `<Deleted><Key>acme/k</Key><DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>${marker}</DeleteMarkerVersionId></Deleted>`,
    );
    expect(await s3.versions()).toEqual([`acme/k ${marker} latest marker`, `acme/k ${two}`]);
    expect((await remove(named(marker))).body).toContain(
      `<VersionId>${marker}</VersionId><DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>${marker}</DeleteMarkerVersionId>`,
    );
    expect((await remove(named('1'))).code).toBe('InvalidArgument');
    s3.allows = ({ action }) => action !== 's3:DeleteObjectVersion';
    expect((await remove(named(two))).body).toContain(`<Error><Key>acme/k</Key><VersionId>${two}</VersionId><Code>AccessDenied</Code>`);
    expect(await s3.versions()).toEqual([`acme/k ${two} latest`]);
  });
});
