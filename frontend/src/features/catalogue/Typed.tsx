import { pieces } from "./marks";

/** A suggestion, with what was typed set apart from what it goes on to. */
export function Typed({ typed, children }: { typed: string; children: string }) {
  return pieces(children, typed).map((piece, place) =>
    piece.typed ? (
      <mark key={place} className="bg-transparent text-inherit">
        {piece.text}
      </mark>
    ) : (
      <span key={place} className="font-semibold">
        {piece.text}
      </span>
    ),
  );
}
