import { linear, type Oklch } from "./contrast";

/** `#1f2b26`, for those who do not know oklch. */
export function toHex(colour: Oklch): string {
  const channels = linear(colour).map((value) =>
    Math.round(255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055))
      .toString(16)
      .padStart(2, "0"),
  );
  return `#${channels.join("")}`;
}
