/** As `labelsOf`, of a list that changes often and whose names hardly do. */
export function makeLabels(): (list: readonly { name: string }[]) => readonly string[] {
  let names: readonly string[] = [];
  let labels: readonly string[] = [];
  return (list) => {
    if (list.length === names.length && list.every(({ name }, at) => name === names[at])) return labels;
    names = list.map(({ name }) => name);
    labels = labelsOf(list);
    return labels;
  };
}

/** Names of a list for its controls, each once: a second picture of the same name has a number. */
export function labelsOf(list: readonly { name: string }[]): string[] {
  const taken = new Set(list.map(({ name }) => name));
  const seen = new Map<string, number>();
  return list.map(({ name }) => {
    let count = (seen.get(name) ?? 0) + 1;
    // Another file may be called so already.
    while (count > 1 && taken.has(`${name} (${count})`)) count++;
    seen.set(name, count);
    if (count === 1) return name;
    taken.add(`${name} (${count})`);
    return `${name} (${count})`;
  });
}
