// Loaded by `node --require` before jsii's runtime (see node.py). Two modules resolve to others:
//
// - A prebuilt provider's lib/index.js requires every resource of the provider at once. The same tarball ships
//   lib/lazy-index.js: the same export names as getters, so that a resource is read when it is first used. A
//   provider without one keeps its index.
// - cdktf records a stack trace for each token it makes. Behind jsii all of them lead to jsii's own kernel and none
//   to the Python that asked, at a tenth of node's time.
"use strict";

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

const PROVIDER_INDEX = /[\\/]@[^\\/]+[\\/]provider-[^\\/]+[\\/]lib[\\/]index\.js$/;
const STACK_TRACE = /[\\/]cdktf[\\/]lib[\\/]tokens[\\/]private[\\/]stack-trace\.js$/;

const resolve = Module._resolveFilename;

Module._resolveFilename = function (...request) {
  const filename = resolve.apply(this, request);
  if (typeof filename !== "string") {
    return filename;
  }
  if (STACK_TRACE.test(filename)) {
    return path.join(__dirname, "no_stack_trace.js");
  }
  if (PROVIDER_INDEX.test(filename)) {
    const lazy = path.join(path.dirname(filename), "lazy-index.js");
    return fs.existsSync(lazy) ? lazy : filename;
  }
  return filename;
};
