export const TONES = {
  peach: "bg-tone-peach",
  rose: "bg-tone-rose",
  sky: "bg-tone-sky",
  lilac: "bg-tone-lilac",
  mint: "bg-tone-mint",
  sand: "bg-tone-sand",
} as const;

export type Tone = keyof typeof TONES;

const NAMES = Object.keys(TONES) as [Tone, ...Tone[]];

/** The same picture always stands on the same ground. */
export function toneOf(name: string): Tone {
  let hash = 7;
  for (const letter of name) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
  return NAMES[hash % NAMES.length] ?? NAMES[0];
}

/** A drawing's name becomes its file; what is an address already stays as it is. */
export function pictureUrl(name: string): string {
  return isAddress(name) ? name : `/pictures/${encodeURIComponent(name)}.svg`;
}

export const isAddress = (name: string) => /^(http|\/)/.test(name);

/** What the name of a seller's photo says: its size, and its files in the two kinds that there are. */
export function photoOf(name: string) {
  const [, width, height] = /^photos\/.+-(\d+)x(\d+)$/.exec(name) ?? [];
  // A picture that is narrower than a file is not blown up in it.
  const files = (kind: string) =>
    [320, 640, 1280]
      .map((file) => `/api/v1/${name}/${file}.${kind} ${Math.min(file, Number(width))}w`)
      .join();
  return width ? { width, height, avif: files("avif"), webp: files("webp") } : undefined;
}
