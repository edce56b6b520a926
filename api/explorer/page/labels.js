// The explorer's own words in English and Chinese, and the choice between them.

const LANGUAGE_KEY = "siyu.language";

export const LABELS = {
  en: {
    explorer: "explorer",
    examples: "Examples",
    chooseExample: "Choose an example…",
    language: "中文",
    token: "Bearer token",
    query: "Document",
    variables: "Variables (JSON)",
    run: "Run",
    keys: "Ctrl or ⌘ + Enter runs. Tab indents; Esc, then Tab leaves the editor.",
    result: "Result",
    notRun: "Nothing has been run yet.",
    running: "Running…",
    badVariables: "The variables are not a JSON object.",
    failed: "No usable answer:",
    schema: "Schema",
    filter: "Filter types and fields",
    loadingSchema: "Loading the schema…",
    noSchema: "The schema could not be read. A token may be needed:",
    noMatch: "Nothing matches.",
    deprecated: "deprecated:",
  },
  zh: {
    explorer: "接口浏览器",
    examples: "示例",
    chooseExample: "选择一个示例…",
    language: "English",
    token: "令牌（Bearer）",
    query: "查询文档",
    variables: "变量（JSON）",
    run: "运行",
    keys: "Ctrl 或 ⌘ + Enter 运行。Tab 缩进；先按 Esc 再按 Tab 离开编辑框。",
    result: "结果",
    notRun: "尚未运行。",
    running: "正在运行…",
    badVariables: "变量不是 JSON 对象。",
    failed: "没有得到可用的答复：",
    schema: "结构",
    filter: "按类型或字段筛选",
    loadingSchema: "正在读取结构…",
    noSchema: "无法读取结构，可能需要令牌：",
    noMatch: "没有匹配项。",
    deprecated: "已弃用：",
  },
};

/** The language chosen before on this machine, else the browser's: "zh" or "en". */
export function preferredLanguage() {
  const language = localStorage.getItem(LANGUAGE_KEY) ?? navigator.language;
  return language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

export function keepLanguage(language) {
  localStorage.setItem(LANGUAGE_KEY, language);
}

/** Write the words of `language` into each element that names one in data-label. */
export function showLabels(language) {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-label]")) {
    element.textContent = LABELS[language][element.dataset.label];
  }
}
