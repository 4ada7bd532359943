import { contrast, legibleOn, parseOklch, toCss, type Oklch } from "./contrast";

export const DISPLAY_FONTS = {
  inter: '"Inter Variable", "Inter Fallback", sans-serif',
  fraunces: '"Fraunces Variable", Georgia, serif',
  newsreader: '"Newsreader Variable", Georgia, serif',
  "bricolage-grotesque": '"Bricolage Grotesque Variable", "Inter Variable", sans-serif',
} as const;

const RADII = {
  sharp: { r1: "2px", r2: "3px", r3: "5px", r4: "8px", button: "3px" },
  soft: { r1: "6px", r2: "8px", r3: "12px", r4: "20px", button: "10px" },
  round: { r1: "7px", r2: "10px", r3: "14px", r4: "24px", button: "999px" },
} as const;

export type DisplayFont = keyof typeof DISPLAY_FONTS;
export type RadiusScale = keyof typeof RADII;

/** What a marketplace chooses about its looks, as the API tells it. `accent` is `oklch(l c h)`. */
export interface Face {
  accent: string;
  displayFont: DisplayFont;
  radius: RadiusScale;
}

/** A marketplace's theme as the API tells it: a font by its name, one radius in pixels. */
export interface ThemeTold {
  accent?: Oklch | undefined;
  display_font?: string | undefined;
  radius?: number | undefined;
}

const WHITE: Oklch = { l: 1, c: 0, h: 0 };
const CANVAS: Oklch = { l: 0.985, c: 0.003, h: 95 };
const DARK_SURFACE: Oklch = { l: 0.215, c: 0.007, h: 265 };
const DEFAULT_ACCENT: Oklch = { l: 0.42, c: 0.085, h: 165 };

/** The face that a theme asks for; a font that is not here is the interface's. */
export function faceOf({ accent, display_font: font = "", radius = 12 }: ThemeTold): Face {
  const name = font.toLowerCase().replaceAll(" ", "-");
  return {
    accent: toCss(accent ?? DEFAULT_ACCENT),
    displayFont: name in DISPLAY_FONTS ? (name as DisplayFont) : "inter",
    radius: radius < 6 ? "sharp" : radius < 12 ? "soft" : "round",
  };
}

/** The CSS variables of a face, in both themes; an accent too pale or too dark to read is moved until it passes WCAG AA. */
export function faceVariables(face: Face): Record<string, string> {
  const wanted = parseOklch(face.accent) ?? DEFAULT_ACCENT;
  const soft: Oklch = { l: 0.955, c: Math.min(wanted.c, 0.028), h: wanted.h };
  const accent = legibleOn(wanted, [WHITE, CANVAS, soft], -0.01);
  const darkSoft: Oklch = { l: 0.28, c: Math.min(wanted.c, 0.05), h: wanted.h };
  const dark = legibleOn(
    { l: Math.max(wanted.l, 0.74), c: Math.min(wanted.c, 0.13), h: wanted.h },
    [DARK_SURFACE, darkSoft],
    0.01,
  );
  const radius = RADII[face.radius];
  return {
    "--face-accent": toCss(accent),
    "--face-accent-soft": toCss(soft),
    "--face-on-accent": toCss({ l: 0.99, c: 0.005, h: wanted.h }),
    "--face-dark-accent": toCss(dark),
    "--face-dark-accent-soft": toCss(darkSoft),
    "--face-dark-on-accent": toCss({ l: 0.17, c: 0.03, h: wanted.h }),
    "--face-font": DISPLAY_FONTS[face.displayFont],
    "--face-r1": radius.r1,
    "--face-r2": radius.r2,
    "--face-r3": radius.r3,
    "--face-r4": radius.r4,
    "--face-r-button": radius.button,
  };
}

/** Whether white text reads on an accent as chosen, so that the settings page can say so before anything is moved. */
export function accentContrast(accent: string): number | undefined {
  const colour = parseOklch(accent);
  return colour && contrast(colour, WHITE);
}
