// An STS that answers at once: it reads nothing of the request, so that its own work does not hide that of the client.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerParent } from './child.ts';

let calls = 0;

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const body = responseBody();
    response.writeHead(200, { 'content-type': 'text/xml', 'content-length': body.length }).end(body);
  });
}).listen(0, '127.0.0.1', () => answerParent({ port: (server.address() as AddressInfo).port }));

function responseBody(): string {
  calls += 1;
  const expiration = new Date(Date.now() + 900_000).toISOString();
  return (
    '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>' +
    '<AssumedRoleUser><AssumedRoleId>AROABENCH:bench</AssumedRoleId><Arn>arn:aws:sts::000000000000:assumed-role/TenantAccess/bench</Arn></AssumedRoleUser>' +
    `<Credentials><AccessKeyId>ASIA${String(calls).padStart(16, '0')}</AccessKeyId><SecretAccessKey>${'s'.repeat(40)}</SecretAccessKey>` +
    `<SessionToken>${'t'.repeat(400)}</SessionToken><Expiration>${expiration}</Expiration></Credentials>` +
    '</AssumeRoleResult><ResponseMetadata><RequestId>bench</RequestId></ResponseMetadata></AssumeRoleResponse>'
  );
}
