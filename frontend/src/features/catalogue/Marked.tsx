import type { PieceOut } from "@/shared/api/generated/model";

/** A text with what was looked for marked in it. */
export function Marked({ pieces }: { pieces: readonly PieceOut[] }) {
  return (
    <bdi>
      {pieces.map((piece, index) =>
        piece.match ? (
          <mark key={index} className="rounded-xs bg-accent-soft text-inherit">
            {piece.text}
          </mark>
        ) : (
          piece.text
        ),
      )}
    </bdi>
  );
}
