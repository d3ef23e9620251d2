// Loaded by `node --require` before jsii's runtime (see node.py). Two modules resolve to others, two are read late:
//
// - A prebuilt provider's lib/index.js requires every resource of the provider at once. The same tarball ships
//   lib/lazy-index.js: the same export names as getters, so that a resource is read when it is first used. A
//   provider without one keeps its index.
// - cdktf records a stack trace for each token it makes. Behind jsii all of them lead to jsii's own kernel and none
//   to the Python that asked, at a tenth of node's time.
// - cdktf requires `archiver` (for archives of assets) and `semver` (for the version of terraform) at its top, 250
//   files with all that they require, and uses each in one function. They are read when they are used.
"use strict";

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

const PROVIDER_INDEX = /[\\/]@[^\\/]+[\\/]provider-[^\\/]+[\\/]lib[\\/]index\.js$/;
const STACK_TRACE = /[\\/]cdktf[\\/]lib[\\/]tokens[\\/]private[\\/]stack-trace\.js$/;

const CDKTF_LIB = /[\\/]cdktf[\\/]lib[\\/]/;
const READ_LATE = new Set(["archiver", "semver"]);

const load = Module._load;

Module._load = function (request, parent, ...rest) {
  if (!READ_LATE.has(request) || !CDKTF_LIB.test(parent?.filename ?? "")) {
    return load.call(this, request, parent, ...rest);
  }
  let exported;
  const read = () => (exported ??= load.call(this, request, parent, ...rest));
  return new Proxy(function () {}, {
    apply: (_, self, args) => Reflect.apply(read(), self, args),
    get: (_, name) => read()[name],
  });
};

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
