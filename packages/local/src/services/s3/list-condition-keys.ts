/** The parameters of a listing that are condition keys. An absent parameter is an absent key, not an empty one. */
export const LIST_CONDITION_KEYS = { prefix: 's3:prefix', delimiter: 's3:delimiter', 'max-keys': 's3:max-keys' } as const;
