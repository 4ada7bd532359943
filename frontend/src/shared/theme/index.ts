export {
  accentContrast,
  DISPLAY_FONTS,
  faceOf,
  faceVariables,
  type DisplayFont,
  type Face,
  type RadiusScale,
  type ThemeTold,
} from "./face";
export { parseOklch } from "./contrast";
export { toHex } from "./hex";
export { useFace } from "./useFace";
export { useTheme, watchTheme, type Preference } from "./useTheme";
