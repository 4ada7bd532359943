import type { RouteObject } from "react-router-dom";
import { lazyPage } from "@/shared/page";

// A list and one of its things come together: each file that is named here is named to every visitor of a storefront.
const approvals = () => import("@/features/approvals/pages");
const books = () => import("@/features/books/pages");
const disputes = () => import("@/features/disputes/pages");
const journals = () => import("@/features/journals/pages");
const payments = () => import("@/features/payments/pages");
const suspense = () => import("@/features/suspense/pages");

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
        lazy: lazyPage(async () => (await journals()).JournalsPage, "journals"),
      },
      {
        path: "journals/:journalId",
        lazy: lazyPage(async () => (await journals()).JournalPage, "journals"),
      },
      {
        path: "payments",
        lazy: lazyPage(async () => (await payments()).PaymentsPage, "payments"),
      },
      {
        path: "payments/:paymentId",
        lazy: lazyPage(async () => (await payments()).PaymentPage, "payments"),
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
        lazy: lazyPage(async () => (await disputes()).DisputesPage, "disputes"),
      },
      {
        path: "disputes/:disputeId",
        lazy: lazyPage(async () => (await disputes()).DisputePage, "disputes"),
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
        lazy: lazyPage(async () => (await suspense()).DeskPage, "suspense"),
      },
      {
        path: "suspense/:caseId",
        lazy: lazyPage(async () => (await suspense()).CasePage, "suspense"),
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
        lazy: lazyPage(async () => (await approvals()).ApprovalsPage, "approvals"),
      },
      {
        path: "approvals/:approvalId",
        lazy: lazyPage(async () => (await approvals()).ApprovalPage, "approvals"),
      },
    ],
  },
];
