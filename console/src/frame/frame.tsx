// Navigation at the side, breadcrumbs and search at the top, the screen in the middle, notes at the
// corner. On a phone the navigation is a drawer.

import { Menu as MenuIcon, Search, X } from "lucide-react";
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useState } from "react";
import { Button, IconButton } from "../components/button.tsx";
import { Go, useAddress } from "../components/go.tsx";
import { Icon } from "../components/icons.tsx";
import { safeText } from "../components/safe-text.tsx";
import { Toasts } from "../components/toasts.tsx";
import { frame as text } from "../messages/en/frame.ts";
import { screens as names } from "../messages/en/screens.ts";
import { screens } from "../screens.ts";
import { ActingBanner } from "../session/acting-banner.tsx";
import { EndedBanner } from "../session/ended-banner.tsx";
import { Dock } from "../work/dock.tsx";
import { AccountMenu } from "./account-menu.tsx";
import { Breadcrumbs } from "./breadcrumbs.tsx";
import { Palette } from "./palette.tsx";

const groups = [
  { id: "storage", label: names("groupStorage") },
  { id: "access", label: names("groupAccess") },
  { id: "operate", label: names("groupOperate") },
] as const;

const KeysDialog = lazy(() => import("./keys-dialog.tsx"));

/** Whether a key goes into a text, or to a dialog that is open. */
function isTyping({ target }: KeyboardEvent): boolean {
  const texts = "input, textarea, select, [contenteditable], [role=dialog], [role=menu]";
  return target instanceof Element && target.closest(texts) !== null;
}

export function Frame({ children }: { readonly children: ReactNode }) {
  const [isDrawerOpen, setDrawerOpen] = useState(false);
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  const [areKeysOpen, setKeysOpen] = useState(false);
  const showKeys = useCallback(() => setKeysOpen(true), []);
  const { path } = useAddress();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setPaletteOpen((isOpen) => !isOpen);
      }
      if (event.key === "?" && !isTyping(event)) showKeys();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [showKeys]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the drawer closes when the address changes
  useEffect(() => setDrawerOpen(false), [path]);
  return (
    <div className="frame">
      <a className="skip" href="#content">
        {text("skip")}
      </a>
      <nav className={`drawer ${isDrawerOpen ? "open" : ""}`} aria-label={text("navigation")}>
        <div className="brand">
          <Go to="/" className="brand-link">
            <Mark />
            {text("product")}
          </Go>
          <IconButton
            className="drawer-close"
            name={text("closeNavigation")}
            icon={<X />}
            onClick={() => setDrawerOpen(false)}
          />
        </div>
        <Navigation path={path} />
      </nav>
      {isDrawerOpen && (
        <button
          type="button"
          className="drawer-shade"
          aria-label={text("closeNavigation")}
          onClick={() => setDrawerOpen(false)}
        />
      )}
      <div className="stage">
        <header className="bar">
          <IconButton
            className="drawer-open"
            name={text("openNavigation")}
            icon={<MenuIcon />}
            onClick={() => setDrawerOpen(true)}
          />
          <Breadcrumbs />
          <Button
            className="search-button"
            icon={<Search />}
            onClick={() => setPaletteOpen(true)}
            aria-label={`${text("search")} Ctrl K`}
            aria-keyshortcuts="Control+K"
          >
            {text("search")} <kbd>Ctrl K</kbd>
          </Button>
          <AccountMenu />
        </header>
        <ActingBanner />
        <EndedBanner />
        <main id="content" tabIndex={-1}>
          {children}
        </main>
      </div>
      <Announcement path={path} />
      <Toasts />
      <Dock />
      {isPaletteOpen && <Palette onClose={() => setPaletteOpen(false)} onKeys={showKeys} />}
      <Suspense>{areKeysOpen && <KeysDialog onClose={() => setKeysOpen(false)} />}</Suspense>
    </div>
  );
}

/** Says which screen was opened, to whoever cannot see it, and names the window after it. */
function Announcement({ path }: { readonly path: string }) {
  const words = titleOf(path);
  useEffect(() => {
    document.title = words === "" ? text("product") : `${words} - ${text("product")}`;
  }, [words]);
  return (
    <p className="hidden announcement" role="status">
      {words}
    </p>
  );
}

/** The name of the screen, and of what it is about. */
function titleOf(path: string): string {
  const parts = path.replace(/^(\/-\/console)?\//, "").split("/");
  const screen = screens.find(({ path: pattern }) => {
    const wanted = pattern.slice(1).split("/");
    return (
      wanted.length === parts.length &&
      wanted.every((part, index) => part.startsWith("$") || part === parts[index])
    );
  });
  if (screen === undefined) return "";
  const about = parts.filter((_, index) => screen.path.slice(1).split("/")[index]?.startsWith("$"));
  return [screen.title, ...about.map((part) => safeText(decodeURIComponent(part)))].join(" ");
}

function Navigation({ path }: { readonly path: string }) {
  return (
    <div className="navigation">
      {groups.map((group) => {
        const entries = screens.filter((screen) => screen.navigation?.group === group.id);
        if (entries.length === 0) return null;
        return (
          <div key={group.id} className="navigation-group">
            <h2 className="navigation-title">{group.label}</h2>
            <ul>
              {entries.map((screen) => (
                <li key={screen.path}>
                  <Go
                    to={screen.path}
                    className="navigation-link"
                    aria-current={isWithin(path, screen.path) ? "page" : undefined}
                  >
                    <Icon name={screen.navigation?.icon ?? ""} />
                    {screen.title}
                  </Go>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </div>
  );
}

const isWithin = (path: string, screen: string): boolean => {
  const below = path.replace(/^\/-\/console/, "");
  return below === screen || below.startsWith(`${screen}/`);
};

function Mark() {
  return (
    <svg viewBox="0 0 32 32" className="brand-mark" aria-hidden="true">
      <ellipse cx="16" cy="26" rx="13" ry="4.5" opacity="1" />
      <ellipse cx="16.5" cy="17.5" rx="9.5" ry="4" opacity="0.85" />
      <ellipse cx="15.5" cy="10" rx="6.5" ry="3.4" opacity="0.7" />
      <ellipse cx="16" cy="4.4" rx="3.6" ry="2.4" opacity="0.55" />
    </svg>
  );
}
