'use strict';

// This file is CommonJS because only `require` loads a package later without a promise. Node.js, bundlers and Jest all resolve a
// `require` with a literal in a CommonJS file. In `try`, a bundler accepts that the package is not installed.
exports.loadDynamoDBClient = function loadDynamoDBClient() {
  try {
    return { DynamoDBClient: require('@aws-sdk/client-dynamodb').DynamoDBClient };
  } catch (cause) {
    return { cause };
  }
};
