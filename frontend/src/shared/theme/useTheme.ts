import { create } from "zustand";
import { persist } from "zustand/middleware";

export type Preference = "system" | "light" | "dark";

interface ThemeState {
  preference: Preference;
  prefer: (preference: Preference) => void;
}

/** What the person prefers; `watchTheme` makes the page follow it. */
export const useTheme = create<ThemeState>()(
  persist((set) => ({ preference: "system", prefer: (preference) => set({ preference }) }), {
    name: "velora.theme",
  }),
);

/** The page is dark or light as preferred, also when the system changes its mind. Returns a function that stops watching. */
export function watchTheme(): () => void {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  function apply() {
    const { preference } = useTheme.getState();
    const dark = preference === "dark" || (preference === "system" && system.matches);
    document.documentElement.classList.toggle("dark", dark);
  }
  apply();
  system.addEventListener("change", apply);
  const stop = useTheme.subscribe(apply);
  return () => {
    system.removeEventListener("change", apply);
    stop();
  };
}
