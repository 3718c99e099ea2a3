import { useEffect, useState } from 'react';
import * as v from 'valibot';

/**
 * What the server's OPERATOR_NAME, OPERATOR_CONTACT and SOURCE_URL say; a file host may serve the same file.
 */
const Operator = v.object({
  name: v.fallback(v.pipe(v.string(), v.maxLength(200)), ''),
  contact: v.fallback(v.pipe(v.string(), v.regex(/^(https?:\/\/|mailto:)/)), ''),
  source: v.fallback(v.pipe(v.string(), v.regex(/^https?:\/\//)), ''),
});
type Operator = v.InferOutput<typeof Operator>;

const NOBODY: Operator = v.parse(Operator, {});

/** Beside the page, so that it is found below any path. */
export function useOperator(): Operator {
  const [operator, setOperator] = useState(NOBODY);
  useEffect(() => {
    let current = true;
    const ask = async () => {
      const answer = await fetch('operator.json');
      const said = answer.ok ? v.safeParse(Operator, await answer.json()) : undefined;
      if (current && said?.success) setOperator(said.output);
    };
    // None is given, or the page is offline: the rest of the page is whole.
    ask().catch(() => undefined);
    return () => {
      current = false;
    };
  }, []);
  return operator;
}
