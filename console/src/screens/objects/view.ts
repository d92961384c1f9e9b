// How the object browser shows a folder: a list or a grid, as the person chose last in this browser.

export type View = "list" | "grid";

const storageKey = "cairn.objects.view";

export function keptView(): View {
  try {
    return localStorage.getItem(storageKey) === "grid" ? "grid" : "list";
  } catch {
    return "list";
  }
}

export function keepView(view: View): void {
  try {
    localStorage.setItem(storageKey, view);
  } catch {
    // Not kept, then; it holds for this page.
  }
}
