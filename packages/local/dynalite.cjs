'use strict';

// dynalite is CommonJS, has no types, and does not export its parts. These deep imports are why its version is pinned exactly.
exports.validations = require('dynalite/validations');
exports.db = require('dynalite/db');

exports.VALIDATION = {
  batchGetItem: require('dynalite/validations/batchGetItem'),
  batchWriteItem: require('dynalite/validations/batchWriteItem'),
  createTable: require('dynalite/validations/createTable'),
  deleteItem: require('dynalite/validations/deleteItem'),
  deleteTable: require('dynalite/validations/deleteTable'),
  describeTable: require('dynalite/validations/describeTable'),
  getItem: require('dynalite/validations/getItem'),
  listTables: require('dynalite/validations/listTables'),
  putItem: require('dynalite/validations/putItem'),
  query: require('dynalite/validations/query'),
  scan: require('dynalite/validations/scan'),
  updateItem: require('dynalite/validations/updateItem'),
  updateTable: require('dynalite/validations/updateTable'),
};

exports.ACTION = {
  batchGetItem: require('dynalite/actions/batchGetItem'),
  batchWriteItem: require('dynalite/actions/batchWriteItem'),
  createTable: require('dynalite/actions/createTable'),
  deleteItem: require('dynalite/actions/deleteItem'),
  deleteTable: require('dynalite/actions/deleteTable'),
  describeTable: require('dynalite/actions/describeTable'),
  getItem: require('dynalite/actions/getItem'),
  listTables: require('dynalite/actions/listTables'),
  putItem: require('dynalite/actions/putItem'),
  query: require('dynalite/actions/query'),
  scan: require('dynalite/actions/scan'),
  updateItem: require('dynalite/actions/updateItem'),
  updateTable: require('dynalite/actions/updateTable'),
};
