/** A piece of a text, and whether it was typed. */
export interface Piece {
  text: string;
  typed: boolean;
}

/** The text in pieces: where a word of it begins with a typed word, whatever its capitals and accents, that much is marked. */
export function pieces(text: string, typed: string): Piece[] {
  const wanted = typed
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .map(plain)
    .filter(Boolean);
  const found: Piece[] = [];
  const add = (piece: string, isTyped: boolean) => {
    const last = found.at(-1);
    if (last && last.typed === isTyped) last.text += piece;
    else if (piece) found.push({ text: piece, typed: isTyped });
  };
  for (const word of text.match(/[\p{L}\p{N}\p{M}]+|[^\p{L}\p{N}\p{M}]+/gu) ?? []) {
    const best = Math.max(0, ...wanted.filter((one) => plain(word).startsWith(one)).map((one) => one.length));
    const end = best && lengthOf(word, best);
    add(word.slice(0, end), true);
    add(word.slice(end), false);
  }
  return found.filter((piece) => piece.text);
}

function plain(word: string): string {
  return word.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** How much of a word as it is written makes so many plain letters. */
function lengthOf(word: string, letters: number): number {
  let end = 0;
  for (const letter of word) {
    if (plain(word.slice(0, end)).length >= letters && plain(letter)) break;
    end += letter.length;
  }
  return end;
}
