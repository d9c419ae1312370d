// Prints the part of an OpenAPI document that the npm package deskbell has types of: node subset.mjs FILE.
import { readFileSync } from "node:fs";

const document = JSON.parse(readFileSync(process.argv[2], "utf8"));
const operations = ["/v1/events", "/v1/page/events"];
const kept = { paths: Object.fromEntries(operations.map((p) => [p, { post: document.paths[p].post }])), components: { schemas: {} } };

function keep(part) {
  for (const [, name] of JSON.stringify(part).matchAll(/#\/components\/schemas\/(\w+)/g)) {
    if (name in kept.components.schemas) continue;
    kept.components.schemas[name] = document.components.schemas[name];
    keep(document.components.schemas[name]);
  }
}

keep(kept.paths);
keep({ $ref: "#/components/schemas/Action" });
console.log(JSON.stringify({ openapi: document.openapi, info: document.info, ...kept }));
