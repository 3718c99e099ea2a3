/**
 * Reads a catalogue in i18next's JSON format, version 4, which translation services read and write: nested
 * keys, `{{name}}` for a value, `{{count, number}}` for a formatted number, and one message for each plural
 * category of the language (`lanes_one`, `lanes_other`; CLDR's names).
 */

/** A catalogue, or a part of one, as JSON. A translation may lack any key. */
export interface Messages {
  readonly [key: string]: string | Messages;
}

export type Values = Readonly<Record<string, string | number>>;

/** A message with its values filled in. `count` also chooses the plural form. */
export type Say = (key: string, values: Values) => string;

/** Looks a message up in the translation, then in English; an unknown key is shown as it is. */
export function sayFrom(english: Messages, translation: Messages, language: string): Say {
  const sources = [
    { messages: translation, locale: language },
    { messages: english, locale: 'en' },
  ].map(({ messages, locale }) => ({
    messages,
    plural: new Intl.PluralRules(locale),
    number: new Intl.NumberFormat(locale),
  }));
  return (key, values) => {
    for (const { messages, plural, number } of sources) {
      const { count } = values;
      const category = typeof count === 'number' ? plural.select(count) : undefined;
      const message =
        (category && messageAt(messages, `${key}_${category}`)) ??
        (category && messageAt(messages, `${key}_other`)) ??
        messageAt(messages, key);
      if (message !== undefined) return fill(message, values, number);
    }
    return key;
  };
}

/** The same keys as the English, each from the translation where it has one. */
export function withFallback<T extends Messages>(english: T, translation: Messages): T {
  const entries = Object.entries(english).map(([key, message]) => {
    const own = translation[key];
    if (typeof message !== 'string') return [key, withFallback(message, typeof own === 'object' ? own : {})];
    // Services export a message that is not translated yet as an empty one.
    return [key, typeof own === 'string' && own !== '' ? own : message];
  });
  return Object.fromEntries(entries) as T;
}

/** Keys as services name them: "room.lanes_one". */
export function keysOf(messages: Messages, path = ''): string[] {
  return Object.entries(messages).flatMap(([key, message]) =>
    typeof message === 'string' ? [path + key] : keysOf(message, `${path}${key}.`),
  );
}

/** Undefined too where the message is empty. */
export function messageAt(messages: Messages, key: string): string | undefined {
  let at: string | Messages | undefined = messages;
  for (const part of key.split('.')) at = typeof at === 'object' ? at[part] : undefined;
  return typeof at === 'string' && at !== '' ? at : undefined;
}

function fill(message: string, values: Values, number: Intl.NumberFormat): string {
  return message.replaceAll(/\{\{(\w+)(, number)?\}\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === 'number' ? number.format(value) : value;
  });
}
