// GraphiQL with siyu's token bar above it and siyu's example documents in its tabs.

import { GraphiQL } from "graphiql";
import "graphiql/style.css";
import { createElement } from "react";
import { createRoot } from "react-dom/client";

import { post } from "../page/client.js";
import { EXAMPLES } from "../page/examples.js";
import { preferredLanguage, showLabels } from "../page/labels.js";
import { wireTokenField } from "../page/token-field.js";
import "./graphiql.css";

// Written out one by one: the bundler keeps these names, and the workers come from our own host.
globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(workerAddress(label), { type: "module" }),
};

function workerAddress(label) {
  if (label === "graphql") return new URL("graphql.worker.js", import.meta.url);
  if (label === "json") return new URL("json.worker.js", import.meta.url);
  return new URL("editor.worker.js", import.meta.url);
}

const root = createRoot(document.getElementById("graphiql"));
let hasSchema = false;
let mounts = 0;

function mount() {
  mounts += 1;
  root.render(
    createElement(GraphiQL, {
      key: mounts, // a new key starts GraphiQL afresh; its tabs are kept in the browser's storage
      fetcher: async (request, options) => (await post(request, options?.headers)).answer,
      defaultTabs: EXAMPLES.map(({ query, variables }) => ({ query, variables })),
      schemaDescription: true,
      onSchemaChange: () => {
        hasSchema = true;
      },
    }),
  );
}

function askAgainForSchema() {
  if (!hasSchema) mount();
}

showLabels(preferredLanguage());
wireTokenField(document.getElementById("token"), askAgainForSchema);
mount();
