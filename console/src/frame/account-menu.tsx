// Who is signed in, and what they can change about that: role, theme, signing out.

import { CircleUser, LogOut, Monitor, Moon, Sun, UserCog } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { IconButton } from "../components/button.tsx";
import { formatRelative } from "../components/format.ts";
import { Menu, type MenuEntry } from "../components/menu.tsx";
import { SafeText } from "../components/safe-text.tsx";
import { frame as text } from "../messages/en/frame.ts";
import { end, stopActing } from "../session/store.ts";
import { useSession } from "../session/use-session.ts";
import { currentTheme, setTheme, type Theme } from "../theme.ts";
import { forgetBytes } from "../work/upload/kept.ts";

const RoleDialog = lazy(() => import("../session/role-dialog.tsx"));

const themes: readonly { readonly id: Theme; readonly label: string }[] = [
  { id: "light", label: text("themeLight") },
  { id: "dark", label: text("themeDark") },
  { id: "system", label: text("themeSystem") },
];
const themeIcons = { light: <Sun />, dark: <Moon />, system: <Monitor /> };

export function AccountMenu() {
  const session = useSession();
  const [isRoleOpen, setRoleOpen] = useState(false);
  const [theme, showTheme] = useState(currentTheme);
  const { accountId, arn } = session.identity;
  const entries: MenuEntry[] = [
    {
      label: text("switchRole"),
      icon: <UserCog />,
      disabledReason: arn.endsWith(":root") ? text("switchNotRoot") : undefined,
      onSelect: () => setRoleOpen(true),
    },
    ...themes.map(({ id, label }, index) => ({
      label: `${text("theme")}: ${label}${id === theme ? " ✓" : ""}`,
      icon: themeIcons[id],
      startsGroup: index === 0,
      onSelect: () => {
        setTheme(id);
        showTheme(id);
      },
    })),
    {
      label: text("signOut"),
      icon: <LogOut />,
      startsGroup: true,
      onSelect: () => {
        end();
        forgetBytes();
      },
    },
  ];
  if (session.own !== undefined) {
    entries.unshift({ label: text("stopActing"), icon: <UserCog />, onSelect: stopActing });
  }
  const head = (
    <>
      <span className="muted">{text("signedInAs")}</span>
      <strong>
        <SafeText>{arn.replace(/^arn:aws:(iam|sts)::\d*:/, "")}</SafeText>
      </strong>
      <span className="muted">{text("account", { account: accountId })}</span>
      <span className="muted">
        {session.expiresAtMs === undefined
          ? text("sessionLasts")
          : text("sessionEnds", { when: formatRelative(new Date(session.expiresAtMs)) })}
      </span>
    </>
  );
  return (
    <>
      <Menu head={head} entries={entries}>
        <IconButton name={text("signedInAs")} icon={<CircleUser />} className="account-button" />
      </Menu>
      <Suspense>{isRoleOpen && <RoleDialog onClose={() => setRoleOpen(false)} />}</Suspense>
    </>
  );
}
