import { Navigate, useRoutes } from "react-router-dom";
import { QueriesPage } from "@/features/merchandising/QueriesPage";
import { RulePage } from "@/features/merchandising/RulePage";
import { RulesPage } from "@/features/merchandising/RulesPage";
import { SynonymsPage } from "@/features/merchandising/SynonymsPage";

/** The pages about a marketplace's search, which come together. */
export function SearchPages() {
  return useRoutes([
    { path: "queries", element: <QueriesPage /> },
    { path: "synonyms", element: <SynonymsPage /> },
    { path: "rules", element: <RulesPage /> },
    { path: "rules/new", element: <RulePage /> },
    { path: "rules/:ruleId", element: <RulePage /> },
    { path: "*", element: <Navigate to="/admin/search/queries" replace /> },
  ]);
}
