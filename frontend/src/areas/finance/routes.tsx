import type { RouteObject } from "react-router-dom";
import { lazyPage } from "@/shared/page";

const books = () => import("@/features/books/pages");

export const routes: RouteObject[] = [
  {
    path: "/finance",
    lazy: lazyPage(async () => (await import("./Frame")).Frame, "finance", "session", "ledger"),
    children: [
      { index: true, lazy: lazyPage(async () => (await books()).OverviewPage, "books") },
      {
        path: "trails",
        lazy: lazyPage(async () => (await import("@/features/trails/TrailsPage")).TrailsPage, "trails"),
      },
      {
        path: "trails/:orderId",
        lazy: lazyPage(async () => (await import("@/features/trails/TrailPage")).TrailPage, "trails"),
      },
      { path: "trial-balance", lazy: lazyPage(async () => (await books()).TrialBalancePage, "books") },
      { path: "accounts", lazy: lazyPage(async () => (await books()).AccountsPage, "books") },
      { path: "accounts/:accountId", lazy: lazyPage(async () => (await books()).StatementPage, "books") },
      {
        path: "payouts",
        lazy: lazyPage(async () => (await import("@/features/payouts/PayoutsPage")).PayoutsPage, "payouts"),
      },
      {
        path: "suspense",
        lazy: lazyPage(async () => (await import("@/features/suspense/DeskPage")).DeskPage, "suspense"),
      },
      {
        path: "suspense/:caseId",
        lazy: lazyPage(async () => (await import("@/features/suspense/CasePage")).CasePage, "suspense"),
      },
      {
        path: "approvals",
        lazy: lazyPage(
          async () => (await import("@/features/approvals/ApprovalsPage")).ApprovalsPage,
          "approvals",
        ),
      },
      {
        path: "approvals/:approvalId",
        lazy: lazyPage(
          async () => (await import("@/features/approvals/ApprovalPage")).ApprovalPage,
          "approvals",
        ),
      },
    ],
  },
];
