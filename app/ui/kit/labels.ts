/** Names of a list for its controls: a second picture of the same name has a number. */
export function labelsOf(list: readonly { name: string }[]): string[] {
  const seen = new Map<string, number>();
  return list.map(({ name }) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}
