/** Where typing starts when something opens: its first field, else the thing itself, never the button that closes it. */
export function openFocus(event: Event) {
  event.preventDefault();
  const opened = event.currentTarget;
  if (!(opened instanceof HTMLElement)) return;
  const field = opened.querySelector<HTMLElement>(
    "input:not([type=hidden]):not(:disabled), textarea:not(:disabled)",
  );
  (field ?? opened).focus();
}
