// Joins an input field with the tab's bearer token; a link /graphql#token=… fills both.

import { readToken, writeToken } from "./client.js";

/** Show the token in `input`, keep what is typed, and call `onChange` when a new token is complete. */
export function wireTokenField(input, onChange) {
  adoptTokenOfAddress();
  input.value = readToken();
  input.addEventListener("input", () => writeToken(input.value.trim()));
  input.addEventListener("change", onChange);
  window.addEventListener("hashchange", () => {
    if (!adoptTokenOfAddress()) return;
    input.value = readToken();
    onChange();
  });
}

// A fragment never reaches a server; it is taken out of the address so that the token is not bookmarked or shared.
function adoptTokenOfAddress() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token === null) return false;
  writeToken(token.trim());
  history.replaceState(null, "", location.pathname + location.search);
  return true;
}
