import { useState } from "react";

/** Remembers the way through a cursor-paged list: where we are, and how to go back. `reset` when a filter changes. */
export function useCursor() {
  const [trail, setTrail] = useState<string[]>([]);
  return {
    cursor: trail.at(-1),
    onPrevious: trail.length > 0 ? () => setTrail(trail.slice(0, -1)) : undefined,
    next: (cursor: string | null | undefined) => (cursor ? () => setTrail([...trail, cursor]) : undefined),
    reset: () => setTrail([]),
  };
}
