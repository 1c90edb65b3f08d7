// The words of the grid: Chinese in the source, other languages from the page.
let translations = {};

/** Takes the translations that the page carries, Chinese → the language of the page. */
export function speak(words) {
  translations = words ?? {};
}

/** A word in the language of the page; `{name}` is replaced by what is given under that name. */
export function say(chinese, values = {}) {
  const text = translations[chinese] ?? chinese;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
