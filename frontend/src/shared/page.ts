import type { ComponentType } from "react";
import type { RouteObject } from "react-router-dom";
import { loadWords } from "./i18n";

/** A page with its words, fetched when it is gone to. */
export function lazyPage(load: () => Promise<ComponentType>, ...words: string[]): RouteObject["lazy"] {
  return async () => {
    const [Component] = await Promise.all([load(), loadWords(...words)]);
    return { Component };
  };
}
