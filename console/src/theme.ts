// Light, dark, or as the system: kept in this browser, set before the first paint.

export type Theme = "light" | "dark" | "system";

const storageKey = "cairn.theme";

export function currentTheme(): Theme {
  try {
    const kept = localStorage.getItem(storageKey);
    return kept === "light" || kept === "dark" ? kept : "system";
  } catch {
    return "system";
  }
}

/** Puts a theme on the page and keeps it. */
export function setTheme(theme: Theme): void {
  try {
    if (theme === "system") localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, theme);
  } catch {
    // Not kept, then; it holds for this page.
  }
  applyTheme(theme);
}

export function applyTheme(theme: Theme = currentTheme()): void {
  const { dataset } = document.documentElement;
  if (theme === "system") delete dataset["theme"];
  else dataset["theme"] = theme;
}
