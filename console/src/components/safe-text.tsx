// Text that users chose, shown as what it is: control and direction characters are drawn as marks, so
// that a name cannot pose as another one (CVE-2023-33955).

import { Fragment, type ReactNode } from "react";

/** Controls, line separators, and everything that turns or hides text. */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Longer than any word: such a name may be broken, at the places meant for it or anywhere. */
const longest = 24;
const isLong = new RegExp(`\\S{${longest + 1}}`);
/** After what separates, and where a name like `GetBucketAcl` has its words. */
const joints = /(?<=[\s/._:=-])(?=[^\s/._:=-])|(?<=\p{Ll})(?=\p{Lu}\p{Ll})/u;
const pieces = new RegExp(`.{1,${longest}}`, "gsu");

/** With a place to break after each piece, where there would be none for too long. */
function breakable(text: string): ReactNode {
  if (!isLong.test(text)) return text;
  const parts = text.split(joints).flatMap((word) => word.match(pieces) ?? []);
  return parts.map((piece, index) => {
    const key = `${index}`;
    return (
      <Fragment key={key}>
        {index > 0 && <wbr />}
        {piece}
      </Fragment>
    );
  });
}

/** A name, key, tag or value of a user. */
export function SafeText({ children }: { readonly children: string }) {
  if (!unsafe.test(children)) return <bdi>{breakable(children)}</bdi>;
  const parts = [...children].reduce<{ text: string; isMark: boolean }[]>((list, character) => {
    const isMark = unsafe.test(character);
    const last = list.at(-1);
    if (!isMark && last && !last.isMark) last.text += character;
    else list.push({ text: isMark ? nameOf(character) : character, isMark });
    return list;
  }, []);
  return (
    <bdi>
      {parts.map((part, index) => {
        const key = `${index}`;
        if (!part.isMark) return <Fragment key={key}>{breakable(part.text)}</Fragment>;
        return (
          <span key={key} className="mark-character">
            {part.text}
          </span>
        );
      })}
    </bdi>
  );
}

/** The same of several lines, whose ends stay. */
export function SafeLines({ children }: { readonly children: string }) {
  return children.split("\n").map((line, index) => {
    const key = `${index}`;
    return (
      <Fragment key={key}>
        {index > 0 && "\n"}
        <SafeText>{line}</SafeText>
      </Fragment>
    );
  });
}

/** The same as plain text, for attributes and titles. */
export function safeText(text: string): string {
  return unsafe.test(text)
    ? [...text]
        .map((character) => (unsafe.test(character) ? nameOf(character) : character))
        .join("")
    : text;
}

function nameOf(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `U+${hex}`;
}
