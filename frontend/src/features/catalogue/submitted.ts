let waiting: string | undefined;

/** Somebody has typed these words to the end and asks for them. */
export function submit(words: string): void {
  waiting = words;
}

/** Whether these words were just submitted: once, so that turning a page or coming back is not another search. */
export function takeSubmitted(words: string | undefined): boolean {
  const taken = words !== undefined && words === waiting;
  if (taken) waiting = undefined;
  return taken;
}
