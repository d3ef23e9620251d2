// Loaded by `node --require` before jsii's runtime (see node.py).
//
// A prebuilt provider's lib/index.js requires every resource of the provider at once. The same tarball ships
// lib/lazy-index.js: the same export names as getters, so that a resource is read when it is first used. Here the
// one resolves to the other. A provider without a lazy index keeps its eager one, and Python says so.
"use strict";

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

const PROVIDER_INDEX = /[\\/]@[^\\/]+[\\/]provider-[^\\/]+[\\/]lib[\\/]index\.js$/;

const resolve = Module._resolveFilename;

Module._resolveFilename = function (...request) {
  const filename = resolve.apply(this, request);
  if (typeof filename !== "string" || !PROVIDER_INDEX.test(filename)) {
    return filename;
  }
  const lazy = path.join(path.dirname(filename), "lazy-index.js");
  return fs.existsSync(lazy) ? lazy : filename;
};
