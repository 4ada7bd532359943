import { clsx as cx } from "clsx";

/** What floats above the page: menus, lists, popovers. */
export const PANEL = cx(
  "z-50 animate-pop-in overflow-y-auto rounded-lg border border-line bg-surface p-1.5 shadow-float",
);

export const ITEM = cx(
  "relative flex min-h-9 cursor-default items-center gap-2.5 rounded-sm px-2.5 py-1.5 text-base outline-none select-none",
  "data-disabled:pointer-events-none data-disabled:not-data-[disabled=false]:opacity-45 data-highlighted:bg-sunken data-[disabled=true]:pointer-events-none data-[disabled=true]:opacity-45 data-[selected=true]:bg-sunken",
  "[&_svg]:size-4 [&_svg]:shrink-0",
);
