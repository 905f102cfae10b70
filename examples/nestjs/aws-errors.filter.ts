import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { S3ServiceException } from '@aws-sdk/client-s3';
import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** Returns the status of an AWS error to the caller. The message of AWS names the role and the key, so it is only logged. */
@Catch(S3ServiceException, DynamoDBServiceException)
export class AwsErrorsFilter implements ExceptionFilter {
  private readonly logger = new Logger('AWS');

  constructor(private readonly host: HttpAdapterHost) {}

  catch({ name, message, $metadata: { requestId } }: S3ServiceException | DynamoDBServiceException, host: ArgumentsHost): void {
    this.logger.error({ aws: name, message, requestId });
    this.host.httpAdapter.reply(host.switchToHttp().getResponse(), { error: name, requestId }, statuses.get(name) ?? 502);
  }
}

const statuses: ReadonlyMap<string, number> = new Map([
  ['AccessDenied', 403],
  ['AccessDeniedException', 403],
  ['NoSuchKey', 404],
  ['NotFound', 404],
  ['ValidationException', 400],
]);
