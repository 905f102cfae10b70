/** The parts of dynalite that are used. Their types are in `src/services/dynamodb/dynalite.ts`. */
export const validations: unknown;
export const db: unknown;
export const VALIDATION: unknown;
export const ACTION: unknown;
