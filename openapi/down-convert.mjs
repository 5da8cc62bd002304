// node openapi/down-convert.mjs openapi/openapi.json > openapi/openapi-3.0.json
//
// The 3.0.3 copy of the document, for generators that do not read 3.1. @apiture/openapi-down-convert does the work;
// before it we rewrite what it would leave invalid: unions with null, and the licence's SPDX identifier.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const tools = createRequire(new URL('../.ci/tools/package.json', import.meta.url));
const { Converter } = tools('@apiture/openapi-down-convert');

const isNull = (schema) => schema?.type === 'null';

const document = JSON.parse(readFileSync(process.argv[2] ?? 'openapi/openapi.json', 'utf8'));
const resolve = (schema) =>
  schema.$ref ? resolve(schema.$ref.slice(2).split('/').reduce((node, key) => node[key], document)) : schema;

/** `oneOf: [X, {type: null}]` becomes `nullable` X; a type array of several types cannot be said in 3.0. */
function prepare(node, where) {
  if (Array.isArray(node)) return node.forEach((item, i) => prepare(item, `${where}/${i}`));
  if (node === null || typeof node !== 'object') return;
  for (const key of ['oneOf', 'anyOf']) {
    const members = node[key];
    if (!Array.isArray(members) || !members.some(isNull)) continue;
    const rest = members.filter((member) => !isNull(member));
    delete node[key];
    node.nullable = true;
    if (rest.length > 1) {
      node[key] = rest;
      continue;
    }
    const target = resolve(rest[0]);
    node.type ??= target.type;
    // null must stand among the values; an object is named by allOf, so that generators keep its name.
    if (target.enum) node.enum = [...target.enum, null];
    else node.allOf = rest;
  }
  if (Array.isArray(node.type) && node.type.filter((type) => type !== 'null').length !== 1)
    throw new Error(`${where}: OpenAPI 3.0 has no type ${JSON.stringify(node.type)}`);
  for (const [key, value] of Object.entries(node)) {
    // Examples are data: a key called `type` or `oneOf` in them means nothing.
    if (key !== 'example' && key !== 'examples' && key !== 'default' && key !== 'enum') prepare(value, `${where}/${key}`);
  }
}

prepare(document, '#');
const converted = new Converter(document, { allOfTransform: true }).convert();
const licence = document.info?.license?.identifier;
if (licence) converted.info.license.url = `https://spdx.org/licenses/${licence}.html`;
process.stdout.write(`${JSON.stringify(converted, null, 2)}\n`);
