/** Where each input leads from each state; an input that is missing changes nothing there. */
export type Transitions<State extends string, Input extends string> = {
  readonly [from in State]: { readonly [input in Input]?: State };
};
