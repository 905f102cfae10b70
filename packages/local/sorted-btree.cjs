'use strict';

// Loaders disagree about the default export of this CommonJS module.
exports.BTree = require('sorted-btree').default;
