// Brings the small explorer page to life: examples, run, result, schema, language.

import { post } from "./client.js";
import { wireEditor } from "./editor.js";
import { EXAMPLES } from "./examples.js";
import { keepLanguage, LABELS, preferredLanguage, showLabels } from "./labels.js";
import { drawTypes, filterTypes, openType, readTypes } from "./schema-pane.js";
import { wireTokenField } from "./token-field.js";

const element = (id) => document.getElementById(id);
const [query, variables, run, status, result] = ["query", "variables", "run", "status", "result"].map(element);
const [examples, filter, types, schemaNote] = ["examples", "filter", "types", "schema-note"].map(element);

let language = preferredLanguage();
let schemaTypes = [];
const words = () => LABELS[language];

function showLanguage() {
  showLabels(language);
  const titles = EXAMPLES.map(({ title }, index) => new Option(title[language], String(index)));
  examples.replaceChildren(new Option(words().chooseExample, ""), ...titles);
  if (!result.textContent) status.textContent = words().notRun;
  showSchema();
}

function showExample({ query: document, variables: values }) {
  query.value = document;
  variables.value = values;
}

function showStatus(text, mood) {
  status.textContent = text;
  status.className = mood;
}

function readVariables() {
  const values = JSON.parse(variables.value.trim() || "{}");
  if (values === null || typeof values !== "object" || Array.isArray(values)) throw new TypeError("not an object");
  return values;
}

async function runDocument() {
  if (run.disabled) return;
  let values;
  try {
    values = readVariables();
  } catch (error) {
    showStatus(`${words().badVariables} (${error.message})`, "bad");
    return;
  }
  run.disabled = true;
  showStatus(words().running, "");
  try {
    showReply(await post({ query: query.value, variables: values }));
  } catch (error) {
    showStatus(`${words().failed} ${error.message}`, "bad");
  } finally {
    run.disabled = false;
  }
}

function showReply({ status: code, elapsedMs, answer }) {
  result.textContent = JSON.stringify(answer, null, 2);
  showStatus(`${code} · ${Math.round(elapsedMs)} ms`, code === 200 && !answer.errors ? "good" : "bad");
}

async function loadSchema() {
  schemaNote.textContent = words().loadingSchema;
  try {
    schemaTypes = await readTypes();
    showSchema();
  } catch (error) {
    schemaNote.textContent = `${words().noSchema} ${error.message}`;
  }
}

function showSchema() {
  drawTypes(types, schemaTypes, words());
  showFiltered();
}

function showFiltered() {
  const left = filterTypes(types, filter.value);
  element("schema-count").textContent = schemaTypes.length ? `${left} / ${schemaTypes.length}` : "";
  if (schemaTypes.length) schemaNote.textContent = left ? "" : words().noMatch;
}

function followType(event) {
  const link = event.target.closest("button.type");
  if (!link) return;
  filter.value = "";
  showFiltered();
  openType(types, link.value);
}

element("language").addEventListener("click", () => {
  language = language === "zh" ? "en" : "zh";
  keepLanguage(language);
  showLanguage();
});
examples.addEventListener("change", () => {
  if (examples.value) showExample(EXAMPLES[Number(examples.value)]);
});
run.addEventListener("click", runDocument);
filter.addEventListener("input", showFiltered);
types.addEventListener("click", followType);
wireEditor(query, runDocument);
wireEditor(variables, runDocument);
wireTokenField(element("token"), loadSchema);
showLanguage();
showExample(EXAMPLES[0]);
loadSchema();
