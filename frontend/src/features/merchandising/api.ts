import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { SearchRuleIn, SynonymsIn, SynonymsOut } from "@/shared/api/generated/model";
import * as all from "@/shared/api/generated/merchandising/merchandising";

export const SYNONYMS = "/admin/search/synonyms";
export const RULES = "/admin/search/rules";
export const QUERIES = "/admin/search/queries";

const seen = (version: number) => ({ headers: { "If-Match": `"v${version}"` } });

export function useSynonyms() {
  return useQuery({ queryKey: [SYNONYMS], queryFn: ({ signal }) => all.listSynonyms(undefined, signal) });
}

export function useRules() {
  return useQuery({ queryKey: [RULES], queryFn: ({ signal }) => all.listSearchRules(undefined, signal) });
}

export function useRule(id: string | undefined) {
  return useQuery({
    queryKey: [RULES, id],
    queryFn: ({ signal }) => all.readSearchRule(id ?? "", undefined, signal),
    enabled: id !== undefined,
  });
}

export function useDenied() {
  return useQuery({ queryKey: [QUERIES, "denied"], queryFn: () => all.readDeniedWords() });
}

/** Saves a set of synonyms: a new one, or what is said of one that was loaded. */
export function saveSynonyms(one: SynonymsOut | undefined, body: SynonymsIn) {
  return one ? all.changeSynonyms(one.id, body, seen(one.version)) : all.addSynonyms(body);
}

/** Saves a rule: a new one, or what is said of one that was loaded. */
export function saveRule(one: { id: string; version: number } | undefined, body: SearchRuleIn) {
  return one ? all.changeSearchRule(one.id, body, seen(one.version)) : all.addSearchRule(body);
}

export function saveDenied(words: string[], version: number) {
  return all.setDeniedWords({ words }, seen(version));
}

/** Everything under this key is asked anew. */
export function useAskAnew(key: string) {
  const cache = useQueryClient();
  return () => void cache.invalidateQueries({ queryKey: [key] });
}

/** Where a rule or a set of synonyms for a query begins. */
export const newRule = (query: string) => `${RULES}/new?query=${encodeURIComponent(query)}`;
export const newSynonyms = (query: string) => `${SYNONYMS}?words=${encodeURIComponent(query)}`;

/** The words of a field: parted by commas or lines. */
export function wordsIn(text: string): string[] {
  return text
    .split(/[,\n]/)
    .map((word) => word.trim())
    .filter(Boolean);
}
