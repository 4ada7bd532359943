import { useLayoutEffect } from "react";
import { faceVariables, type Face } from "./face";

/** Dresses the page in a marketplace's face while mounted; kept for the next visit's first paint. */
export function useFace(face: Face | undefined) {
  useLayoutEffect(() => {
    const root = document.documentElement;
    if (face) {
      const variables = faceVariables(face);
      for (const [name, value] of Object.entries(variables)) root.style.setProperty(name, value);
      localStorage.setItem("velora.face", JSON.stringify({ variables }));
    }
    if (root.style.getPropertyValue("--face-accent")) root.dataset.face = "tenant";
    return () => {
      delete root.dataset.face;
    };
  }, [face]);
}
