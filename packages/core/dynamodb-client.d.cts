/** Loads `@aws-sdk/client-dynamodb` at the first call. Returns the class, or the error that prevented it. */
export function loadDynamoDBClient(): { readonly DynamoDBClient: object } | { readonly DynamoDBClient?: never; readonly cause: unknown };
