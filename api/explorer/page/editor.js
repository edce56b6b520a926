// Makes a textarea fit for code: Tab indents, Ctrl or Cmd + Enter runs, Esc lets Tab leave.

const INDENT = "  ";

/** Wire the keys of `textarea`; `run` is called on Ctrl or Cmd + Enter. */
export function wireEditor(textarea, run) {
  let tabLeaves = false; // a keyboard user must be able to get out
  textarea.addEventListener("focus", () => {
    tabLeaves = false;
  });
  textarea.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      run();
    } else if (event.key === "Tab" && !event.shiftKey && !tabLeaves) {
      event.preventDefault();
      textarea.setRangeText(INDENT, textarea.selectionStart, textarea.selectionEnd, "end");
    } else {
      tabLeaves = event.key === "Escape" || (tabLeaves && event.key === "Tab");
    }
  });
}
