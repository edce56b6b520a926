// Reads the schema by introspection and draws it as a list of types and fields that can be filtered.

import { post } from "./client.js";

// Non-null list of non-null: three wrappers around a name are the most that GraphQL practice has.
const INTROSPECTION = `query ExplorerSchema {
  __schema {
    queryType { name }
    mutationType { name }
    types {
      kind name description
      fields(includeDeprecated: true) {
        name description isDeprecated deprecationReason
        args { name type { ...Reference } }
        type { ...Reference }
      }
      inputFields { name description type { ...Reference } }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
      possibleTypes { name }
    }
  }
}
fragment Reference on __Type {
  kind name ofType { kind name ofType { kind name ofType { kind name } } }
}`;

/** Answer the schema's types, roots first, then by name; throws an Error with a sentence when there is none. */
export async function readTypes() {
  const { answer } = await post({ query: INTROSPECTION, operationName: "ExplorerSchema" });
  if (!answer.data?.__schema) throw new Error(answer.errors?.[0]?.message ?? JSON.stringify(answer));
  const { queryType, mutationType, types } = answer.data.__schema;
  const roots = [queryType.name, mutationType?.name];
  const place = ({ name }) => (roots.includes(name) ? roots.indexOf(name) : roots.length);
  return types
    .filter(({ name }) => !name.startsWith("__"))
    .sort((one, other) => place(one) - place(other) || one.name.localeCompare(other.name));
}

/** Draw `types` into `pane`; `words` gives the word before a deprecation's reason. */
export function drawTypes(pane, types, words) {
  pane.replaceChildren(...types.map((type) => drawType(type, words)));
}

/** Hide what does not hold `text` in a type's or field's name; answer how many types are left. */
export function filterTypes(pane, text) {
  const wanted = text.trim().toLowerCase();
  let left = 0;
  for (const type of pane.children) {
    const named = type.dataset.name.includes(wanted);
    const fields = [...type.querySelectorAll("[data-field]")];
    const matching = fields.filter((field) => field.dataset.field.includes(wanted));
    for (const field of fields) field.hidden = !named && !matching.includes(field);
    type.hidden = !named && matching.length === 0;
    type.open = wanted !== "" && !type.hidden && (matching.length > 0 || type.dataset.name === wanted);
    if (!type.hidden) left += 1;
  }
  return left;
}

/** Open the type called `name` and bring it into view. */
export function openType(pane, name) {
  const type = pane.querySelector(`[data-name="${CSS.escape(name.toLowerCase())}"]`);
  type.open = true;
  type.scrollIntoView({ block: "start" });
  type.querySelector("summary").focus({ preventScroll: true });
}

function drawType(type, words) {
  const members = [...(type.fields ?? []), ...(type.inputFields ?? []), ...(type.enumValues ?? [])];
  const details = make("details", {}, [
    make("summary", {}, [make("code", {}, [type.name]), make("span", { className: "kind" }, [kindOf(type)])]),
    ...paragraph(type.description),
    ...possibleTypes(type),
    make("ul", {}, members.map((member) => drawMember(member, words))),
  ]);
  details.dataset.name = type.name.toLowerCase();
  return details;
}

function drawMember(member, words) {
  const signature = make("code", {}, [make("b", {}, [member.name]), ...argumentList(member.args ?? [])]);
  if (member.type) signature.append(": ", ...reference(member.type));
  const item = make("li", {}, [signature, ...paragraph(member.description)]);
  if (member.isDeprecated) {
    item.className = "deprecated";
    item.append(...paragraph(`${words.deprecated} ${member.deprecationReason}`));
  }
  item.dataset.field = member.name.toLowerCase();
  return item;
}

function argumentList(args) {
  if (args.length === 0) return [];
  const parts = args.flatMap((arg, index) => [index ? ", " : "", `${arg.name}: `, ...reference(arg.type)]);
  return ["(", ...parts, ")"];
}

function reference(type) {
  if (type.kind === "NON_NULL") return [...reference(type.ofType), "!"];
  if (type.kind === "LIST") return ["[", ...reference(type.ofType), "]"];
  return [make("button", { type: "button", className: "type", value: type.name }, [type.name])];
}

function possibleTypes(type) {
  if (!type.possibleTypes?.length) return [];
  const names = type.possibleTypes.flatMap((one, index) => [index ? " | " : "= ", ...reference(one)]);
  return [make("p", {}, [make("code", {}, names)])];
}

function kindOf(type) {
  return type.kind.toLowerCase().replace("_object", "");
}

function paragraph(text) {
  return text ? [make("p", {}, [text])] : [];
}

// Texts of the server become text nodes, never markup.
function make(tag, properties, children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}
