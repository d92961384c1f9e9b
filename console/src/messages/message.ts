// Text for people, ready for translation: a catalogue per screen under `en/`, looked up by its name and
// key, so that another language replaces what it has. A small part of ICU's syntax: `{name}` and
// `{count, plural, one {# key} other {# keys}}`.

export type Parameters = Readonly<Record<string, string | number>>;
type Lookup<Key extends string> = (key: Key, parameters?: Parameters) => string;

/** Translations of other languages: `language.catalogue.key`. English is what the code says. */
const translations = new Map<string, string>();
let language = "en";

/** Chooses the language of what is shown from now on. */
export function chooseLanguage(name: string, texts: Readonly<Record<string, string>>): void {
  language = name;
  for (const [key, text] of Object.entries(texts)) translations.set(`${name}.${key}`, text);
}

/** For `Intl`: the person's own locale where it is of the language in force. */
export function currentLocale(): string {
  const own = navigator.languages.find((name) => name.split("-")[0] === language);
  return own ?? language;
}

/** A catalogue's look-up: its keys are checked by the compiler. */
export function messages<const Texts extends Readonly<Record<string, string>>>(
  catalogue: string,
  english: Texts,
): Lookup<keyof Texts & string> {
  return (key, parameters) => {
    const text = translations.get(`${language}.${catalogue}.${key}`) ?? english[key] ?? key;
    return parameters === undefined ? text : format(text, parameters);
  };
}

// A form may hold parameters of its own: `one {# key in {bucket}}`.
const plural = /\{(\w+), plural,((?:\s*\w+ \{(?:[^{}]|\{\w+\})*\})+)\s*\}/g;
const pluralForm = /(\w+) \{((?:[^{}]|\{\w+\})*)\}/g;

function format(text: string, parameters: Parameters): string {
  return text
    .replace(plural, (_all, name: string, forms: string) => {
      const count = Number(parameters[name] ?? 0);
      const form = new Intl.PluralRules(language).select(count);
      const texts = new Map([...forms.matchAll(pluralForm)].map((m) => [m[1], m[2]]));
      const chosen = texts.get(form) ?? texts.get("other") ?? "";
      return chosen.replaceAll("#", count.toLocaleString(currentLocale()));
    })
    .replace(/\{(\w+)\}/g, (all, name: string) => {
      const value = parameters[name];
      if (value === undefined) return all;
      return typeof value === "number" ? value.toLocaleString(currentLocale()) : value;
    });
}
