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
      {
        path: "journals",
        lazy: lazyPage(
          async () => (await import("@/features/journals/JournalsPage")).JournalsPage,
          "journals",
        ),
      },
      {
        path: "journals/:journalId",
        lazy: lazyPage(async () => (await import("@/features/journals/JournalPage")).JournalPage, "journals"),
      },
      {
        path: "payments",
        lazy: lazyPage(
          async () => (await import("@/features/payments/PaymentsPage")).PaymentsPage,
          "payments",
        ),
      },
      {
        path: "payments/:paymentId",
        lazy: lazyPage(async () => (await import("@/features/payments/PaymentPage")).PaymentPage, "payments"),
      },
      {
        path: "seals",
        lazy: lazyPage(async () => (await import("@/features/seals/SealsPage")).SealsPage, "seals"),
      },
      { path: "trial-balance", lazy: lazyPage(async () => (await books()).TrialBalancePage, "books") },
      { path: "accounts", lazy: lazyPage(async () => (await books()).AccountsPage, "books") },
      { path: "accounts/:accountId", lazy: lazyPage(async () => (await books()).StatementPage, "books") },
      {
        path: "payouts",
        lazy: lazyPage(async () => (await import("@/features/payouts/PayoutsPage")).PayoutsPage, "payouts"),
      },
      {
        path: "fx",
        lazy: lazyPage(async () => (await import("@/features/fx/FxPage")).FxPage, "fx"),
      },
      {
        path: "disputes",
        lazy: lazyPage(
          async () => (await import("@/features/disputes/DisputesPage")).DisputesPage,
          "disputes",
        ),
      },
      {
        path: "disputes/:disputeId",
        lazy: lazyPage(async () => (await import("@/features/disputes/DisputePage")).DisputePage, "disputes"),
      },
      {
        path: "credit",
        lazy: lazyPage(
          async () => (await import("@/features/goodwill/GoodwillPage")).GoodwillPage,
          "goodwill",
        ),
      },
      {
        path: "invoice-terms",
        lazy: lazyPage(
          async () => (await import("@/features/invoiceTerms/InvoiceTermsPage")).InvoiceTermsPage,
          "invoiceTerms",
        ),
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
        path: "receipts",
        lazy: lazyPage(
          async () => (await import("@/features/receipts/ReceiptsPage")).ReceiptsPage,
          "receipts",
        ),
      },
      {
        path: "transfers",
        lazy: lazyPage(
          async () => (await import("@/features/transfers/TransfersPage")).TransfersPage,
          "transfers",
        ),
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
