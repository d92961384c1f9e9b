// Where the person is: buckets, the bucket, its folders, the object. From the address alone.

import { ChevronRight } from "lucide-react";
import { Go, type Search, useAddress } from "../components/go.tsx";
import { SafeText } from "../components/safe-text.tsx";
import { frame as text } from "../messages/en/frame.ts";
import { screens as names } from "../messages/en/screens.ts";
import { screens } from "../screens.ts";

interface Crumb {
  readonly label: string;
  readonly to: string;
  readonly search?: Search;
}

export function Breadcrumbs() {
  const { path, search } = useAddress();
  const crumbs = crumbsOf(path.replace(/^\/-\/console/, ""), search);
  return (
    <nav aria-label={text("breadcrumbs")} className="crumbs">
      <ol>
        {crumbs.map((crumb, index) => {
          const isLast = index === crumbs.length - 1;
          return (
            <li key={`${crumb.to}?${JSON.stringify(crumb.search)}`}>
              {index > 0 && <ChevronRight aria-hidden="true" />}
              {isLast ? (
                <span aria-current="page">
                  <SafeText>{crumb.label}</SafeText>
                </span>
              ) : (
                <Go to={crumb.to} search={crumb.search ?? {}}>
                  <SafeText>{crumb.label}</SafeText>
                </Go>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

function crumbsOf(path: string, search: Search): readonly Crumb[] {
  const [first = "", bucket, ...rest] = path.split("/").filter((part) => part !== "");
  if (first !== "buckets" || bucket === undefined) {
    const screen = screens.find((candidate) => candidate.path === `/${first}`);
    if (screen === undefined) return [];
    const list = [{ label: screen.title, to: screen.path }];
    return bucket === undefined ? list : [...list, { label: shortName(bucket), to: path }];
  }
  const name = decodeURIComponent(bucket);
  const home = `/buckets/${bucket}`;
  const crumbs: Crumb[] = [
    { label: names("buckets"), to: "/buckets" },
    { label: name, to: home },
  ];
  const key = search["key"];
  const folder = key === undefined ? (search["prefix"] ?? "") : key.replace(/[^/]*$/, "");
  crumbs.push(...foldersOf(home, folder));
  if (key !== undefined) crumbs.push({ label: key.slice(folder.length), to: path, search });
  else if (rest.length > 0) {
    const pattern = `/buckets/$bucket/${rest.join("/")}`;
    const screen = screens.find((candidate) => candidate.path === pattern);
    if (screen !== undefined) crumbs.push({ label: screen.title, to: path });
  }
  return crumbs;
}

/** Of a policy, which its ARN names, the name alone. */
function shortName(part: string): string {
  const name = decodeURIComponent(part);
  return name.startsWith("arn:") ? name.slice(name.lastIndexOf("/") + 1) : name;
}

function foldersOf(home: string, folder: string): readonly Crumb[] {
  let end = 0;
  const list: Crumb[] = [];
  for (const part of folder.split("/").slice(0, -1)) {
    end += part.length + 1;
    list.push({
      label: part === "" ? "/" : part,
      to: home,
      search: { prefix: folder.slice(0, end) },
    });
  }
  return list;
}
