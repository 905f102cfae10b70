import { S3Client } from '@aws-sdk/client-s3';
import { Controller, Get, Injectable, Module } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { authenticatedUser, TenantAwsModule, TenantClient, TenantJwtStrategy } from '@tenant-aws/nestjs';

@Injectable()
export class JwtStrategy extends PassportStrategy(TenantJwtStrategy) {
  constructor() {
    super({ issuer: 'https://login.example.com', audience: 'notes' });
  }
}

@Controller()
export class Notes {
  @Get()
  list(@TenantClient(S3Client) s3: S3Client): string[] {
    return Object.keys(s3.config);
  }
}

@Module({ imports: [TenantAwsModule.forRoot({ identity: authenticatedUser() })], controllers: [Notes] })
export class AppModule {}
