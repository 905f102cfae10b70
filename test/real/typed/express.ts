import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import {
  authenticatedUser,
  currentTenantAws,
  type IdentitySource,
  problemDetails,
  scoped,
  tenantCredentials,
  TenantJwtStrategy,
  TokenInvalidError,
  TokenVendingMachine,
} from '@tenant-aws/express';
import express from 'express';
import passport from 'passport';

class Strategy extends TenantJwtStrategy {
  override name = 'tenant';
}
passport.use(new TenantJwtStrategy({ issuer: 'https://login.example.com', audience: 'notes' }));
passport.use('own', new Strategy({ issuer: 'https://login.example.com', audience: 'notes' }));
const source: IdentitySource = () => {
  throw new TokenInvalidError('no');
};
const app = express();
app.use(passport.authenticate('jwt', { session: false }), tenantCredentials({ identity: authenticatedUser() }));
app.use(tenantCredentials({ identity: source, tvm: TokenVendingMachine.fromEnvironment() }));
app.get('/', scoped(['s3-folder-read-only']), (req, res) => {
  const s3: S3Client = req.tenantAws.client(S3Client);
  const db: DynamoDBDocumentClient = currentTenantAws().client(DynamoDBDocumentClient);
  res.json([s3.config, db.config]);
});
app.use(problemDetails());
