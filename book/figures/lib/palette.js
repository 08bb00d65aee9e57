/** The book's colours, and which of the two themes is on. */

// A JSON literal on purpose: book/make_static_figures.py reads it too.
export const palette = {
  "light": {
    "data": "#0072B2",
    "model": "#D55E00",
    "gradient": "#009E73",
    "error": "#CC79A7",
    "ink": "#1f2328",
    "muted": "#57606a",
    "grid": "#d5dbe1",
    "panel": "#f4f6f8",
    "surface": "#ffffff"
  },
  "dark": {
    "data": "#56B4E9",
    "model": "#E69F00",
    "gradient": "#2CC7A0",
    "error": "#E39BC4",
    "ink": "#e8eaed",
    "muted": "#a9b1ba",
    "grid": "#3b424b",
    "panel": "#1e2227",
    "surface": "#121212"
  }
};

/** @typedef {Record<string, string>} Colours */

/** @returns {"light" | "dark"} the theme of the book, of JupyterLab, or of the system */
export function currentTheme() {
  const { dataset: page } = document.documentElement;
  if (page.theme === "dark" || page.theme === "light") return page.theme;
  const { jpThemeLight } = document.body.dataset;
  if (jpThemeLight) return jpThemeLight === "true" ? "light" : "dark";
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/**
 * Give a figure the colours of the current theme as CSS variables, now and at every change.
 * @param {HTMLElement} root
 * @param {(colours: Colours) => void} onChange
 * @returns {() => void} stop watching
 */
export function followTheme(root, onChange) {
  const apply = () => {
    const theme = currentTheme();
    root.style.colorScheme = theme;
    for (const [name, colour] of Object.entries(palette[theme])) {
      root.style.setProperty(`--xf-${name}`, colour);
    }
    onChange(palette[theme]);
  };
  const observer = new MutationObserver(apply);
  for (const element of [document.documentElement, document.body]) {
    observer.observe(element, { attributeFilter: ["data-theme", "data-jp-theme-light"] });
  }
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", apply);
  apply();
  return () => {
    observer.disconnect();
    system.removeEventListener("change", apply);
  };
}
