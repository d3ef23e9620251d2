// The resources of a synthesized output once more, as a program in TypeScript makes them: `node app.ts INPUT OUTPUT`.
// It is given what our stacks wrote, so that it computes nothing, and builds each resource with its typed class.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { App, TerraformStack } = require("cdktf");
const { Construct } = require("constructs");

type Body = Record<string, any>;

// Whose keys are the user's, and no argument's name.
const OPEN = new Set([
  "annotations", "binary_data", "data", "filter", "labels", "manifest", "match_labels", "metadata_map", "node_selector", "resource_labels",
  "user_labels",
]);

// Arguments that our stacks override too: the classes have no such property, or want a provider's construct.
const OVERRIDDEN = ["behavior", "provider"];

const camel = (key: string) => key.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());

function props(value: any): any {
  if (Array.isArray(value)) return value.map(props);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [camel(key), OPEN.has(key) && !Array.isArray(inner) ? inner : props(inner)]),
  );
}

function typed(type: string): any {
  const [provider, ...words] = type.split("_");
  const module = require(`@cdktf/provider-${provider}/lib/${words.join("-")}`);
  return module[words.map((word) => word[0].toUpperCase() + word.slice(1)).join("")];
}

function scopeAt(scope: any, ids: string[]): any {
  for (const id of ids) scope = scope.node.tryFindChild(id) ?? new Construct(scope, id);
  return scope;
}

function build(app: any, name: string, document: Body) {
  const stack = new TerraformStack(app, name);
  for (const [type, named] of Object.entries<Body>(document.resource)) {
    const Resource = typed(type);
    for (const body of Object.values<Body>(named)) {
      const { "//": note, depends_on, lifecycle, ...rest } = body;
      const [, ...ids] = note.metadata.path.split("/");
      const made = new Resource(scopeAt(stack, ids.slice(0, -1)), ids.at(-1), { ...props(rest), provider: undefined, ...(lifecycle && { lifecycle: props(lifecycle) }) });
      if (depends_on) made.dependsOn = depends_on;
      for (const key of OVERRIDDEN) if (key in rest) made.addOverride(key, rest[key]);
    }
  }
  for (const part of ["data", "output", "provider", "terraform"]) if (document[part]) stack.addOverride(part, document[part]);
}

const [, , input, output] = process.argv;
const app = new App({ outdir: output, skipValidation: true });
const manifest = JSON.parse(readFileSync(join(input, "manifest.json"), "utf8"));
for (const [name, stack] of Object.entries<any>(manifest.stacks)) {
  build(app, name, JSON.parse(readFileSync(join(input, stack.synthesizedStackPath), "utf8")));
}
app.synth();
