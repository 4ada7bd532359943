export {
  accentContrast,
  DISPLAY_FONTS,
  faceVariables,
  type DisplayFont,
  type Face,
  type RadiusScale,
} from "./face";
export { useFace } from "./useFace";
export { useTheme, watchTheme, type Preference } from "./useTheme";
