export interface Oklch {
  l: number;
  c: number;
  h: number;
}

/** What WCAG 2.2 AA asks of running text. */
export const AA_TEXT = 4.5;

const OKLCH = /^oklch\(\s*([\d.]+)(%?)\s+([\d.]+)\s+([\d.]+)(?:deg)?\s*(?:\/.*)?\)$/;

/** Reads `oklch(0.42 0.085 165)`; undefined when it is something else. */
export function parseOklch(text: string): Oklch | undefined {
  const found = OKLCH.exec(text.trim());
  if (!found) return undefined;
  const [, l, percent, c, h] = found;
  return { l: Number(l) / (percent ? 100 : 1), c: Number(c), h: Number(h) };
}

export function toCss({ l, c, h }: Oklch): string {
  return `oklch(${round(l)} ${round(c)} ${round(h)})`;
}

/** The WCAG contrast ratio of two colours, from 1 to 21. */
export function contrast(one: Oklch, other: Oklch): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** Moves the lightness of `colour` in steps until it reads on every background, or as far as lightness goes. */
export function legibleOn(
  colour: Oklch,
  backgrounds: readonly Oklch[],
  step: number,
  ratio = AA_TEXT,
): Oklch {
  let fitted = colour;
  while (backgrounds.some((background) => contrast(fitted, background) < ratio)) {
    const l = fitted.l + step;
    if (l <= 0 || l >= 1) return fitted;
    fitted = { ...fitted, l };
  }
  return fitted;
}

function luminance(colour: Oklch): number {
  const [red, green, blue] = linear(colour);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Red, green and blue as light, from 0 to 1. */
export function linear({ l, c, h }: Oklch): [number, number, number] {
  const hue = (h * Math.PI) / 180;
  const a = c * Math.cos(hue);
  const b = c * Math.sin(hue);
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    inGamut(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
    inGamut(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
    inGamut(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short),
  ];
}

const inGamut = (channel: number) => Math.min(1, Math.max(0, channel));
const round = (value: number) => Number(value.toFixed(4));
