/** The bucket and the table of all tenants. It is a class so that Nest can inject it by its type. */
export abstract class Storage {
  /** The S3 bucket of notes and files. */
  abstract readonly bucket: string;
  /** The DynamoDB table of orders: `customer` (hash), `id` (range). */
  abstract readonly table: string;
}
