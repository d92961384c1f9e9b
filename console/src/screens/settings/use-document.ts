// The document of a setting while it is edited: its value, and its text, as JSON of the SDK or as the XML
// that S3 takes.

import { useMemo, useState } from "react";
import { readBody, writeBody } from "../../clients/wire.ts";
import type { Language } from "../../components/code-editor.tsx";
import { checkDocument } from "../../documents/check.ts";
import { shapeOf, wireOf, withTimes } from "../../documents/shape.ts";
import { checkXml, indentXml } from "../../documents/xml.ts";
import { describeError } from "../../errors.ts";
import { documents as ofDocument } from "../../messages/en/documents.ts";
import { settings as text } from "../../messages/en/settings.ts";
import type { AnySetting } from "./types.ts";

/** Begins with `document`, or with what the setting begins with. */
export function useDocument(setting: AnySetting, document: unknown) {
  const [value, setValue] = useState<unknown>(document ?? setting.empty);
  const [language, setLanguage] = useState<Language>("json");
  const [source, setSource] = useState(() => JSON.stringify(value, null, 2));
  const [broken, setBroken] = useState<string>();
  const { shape, wire } = useMemo(() => formsOf(setting), [setting]);

  const show = async (next: unknown, as: Language) => {
    const deed = () => setting.deeds("bucket", next, undefined)[0] ?? { input: {} };
    setSource(as === "xml" ? indentXml(await writeBody(deed())) : JSON.stringify(next, null, 2));
    setLanguage(as);
  };
  const fail = (thrown: unknown) => {
    const words = language === "xml" ? "brokenXml" : "brokenDocument";
    setBroken(text(words, { message: describeError(thrown).message }));
  };
  // The form writes the document anew; what was typed there by hand is kept as it was typed.
  const changeValue = (next: unknown) => {
    setValue(next);
    setBroken(undefined);
    show(next, language).catch(fail);
  };
  const changeSource = async (next: string) => {
    setSource(next);
    try {
      if (language === "xml" && wire) {
        const [found] = checkXml(next, wire);
        setBroken(found && ofDocument("findings", { message: found.message }));
        if (found === undefined) setValue(await readBody(wire.schema, next));
        return;
      }
      const parsed: unknown = JSON.parse(next);
      const [found] = shape === undefined ? [] : checkDocument(next, shape);
      if (found === undefined) setValue(shape === undefined ? parsed : withTimes(parsed, shape));
      setBroken(found && ofDocument("findings", { message: found.message }));
    } catch (thrown) {
      fail(thrown);
    }
  };
  const turn = () => show(value, language === "xml" ? "json" : "xml").catch(fail);
  return { value, source, language, broken, shape, wire, changeValue, changeSource, turn };
}

/** Of the document that this setting is saved as; a policy, which is a text, has its own editor. */
function formsOf(setting: AnySetting) {
  const [deed] = setting.deeds("bucket", setting.empty, undefined);
  return {
    shape: deed && shapeOf(deed, setting.empty),
    wire: deed && wireOf(deed, setting.empty),
  };
}
