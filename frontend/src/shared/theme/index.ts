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
export { useFace } from "./useFace";
export { useTheme, watchTheme, type Preference } from "./useTheme";
