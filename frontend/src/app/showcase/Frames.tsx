import {
  Bell,
  ChartLine,
  LayoutDashboard,
  MessageSquare,
  Package,
  Printer,
  Settings,
  Tag,
  Undo2,
  Wallet,
  Warehouse,
} from "lucide-react";
import {
  Button,
  ConsoleShell,
  IconButton,
  Input,
  PageHead,
  PRODUCT_GRID,
  ProductCard,
  StorefrontShell,
  ThemeMenu,
} from "@/shared/kit";
import { useFace, type Face } from "@/shared/theme";
import { Figures } from "./Figures";

const AT = "/dev/kit/console";
const NORDMARKT: Face = { accent: "oklch(0.42 0.085 165)", displayFont: "fraunces", radius: "round" };

export function Console() {
  return (
    <ConsoleShell
      name="Nordlauf"
      switcher={[{ label: "Nordlauf", checked: true, onSelect: () => undefined }]}
      account={{ name: "Nordlauf staff", role: "Seller Pro" }}
      findLabel="Find order, payout…"
      aside={
        <IconButton label="Notifications">
          <Bell />
        </IconButton>
      }
      sections={[
        { to: `${AT}/home`, label: "Home", icon: <LayoutDashboard /> },
        { to: AT, label: "Orders", icon: <Package />, badge: { count: 7, tone: "warning" } },
        { to: `${AT}/returns`, label: "Returns", icon: <Undo2 />, badge: { count: 2, tone: "negative" } },
        { to: `${AT}/products`, label: "Products", icon: <Tag /> },
        { to: `${AT}/stock`, label: "Stock", icon: <Warehouse />, badge: { count: 3, tone: "warning" } },
        { to: `${AT}/payouts`, label: "Balance & payouts", icon: <Wallet /> },
        { to: `${AT}/analytics`, label: "Analytics", icon: <ChartLine /> },
        { to: `${AT}/messages`, label: "Messages", icon: <MessageSquare /> },
        { to: `${AT}/settings`, label: "Settings", icon: <Settings /> },
      ]}
    />
  );
}

export function ConsolePage() {
  return (
    <>
      <PageHead
        title="Orders"
        actions={
          <>
            <Button>Export</Button>
            <Button tone="primary">
              <Printer />
              Print 7 labels
            </Button>
          </>
        }
      />
      <Figures />
    </>
  );
}

export function Shop() {
  useFace(NORDMARKT);
  return (
    <StorefrontShell
      brand={{ name: "Nordmarkt" }}
      announcement="Free delivery over €50 from every seller · 30 days to return"
      links={["New", "Living", "Kitchen", "Electronics", "Fashion", "Sale"].map((label) => ({
        to: label === "New" ? "/dev/kit/shop" : `/dev/kit/shop/${label}`,
        label,
        end: true,
        loud: label === "Sale",
      }))}
      linksAside="Sell on Nordmarkt"
      search={
        <Input
          aria-label="Search"
          controlSize="lg"
          placeholder="Search 12,480 things from 214 local sellers"
          className="rounded-full!"
        />
      }
      account={{ to: "/signin", label: "Sign in" }}
      wishlist={{ to: "/dev/kit/shop", label: "Wish list" }}
      cart={{ label: "Cart", count: 3, onOpen: () => undefined }}
      extra={<ThemeMenu />}
      footer="Nordmarkt, Kiel"
    />
  );
}

export function ShopPage() {
  return (
    <>
      <h1 className="sr-only">Nordmarkt</h1>
      <h2 className="mb-5 heading text-2xl">Loved this week</h2>
      <div className={PRODUCT_GRID}>
        {[
          "couch-and-lamp",
          "teapot",
          "headphone",
          "running-shoe",
          "potted-plant",
          "candle",
          "backpack",
          "umbrella",
        ].map((picture) => (
          <ProductCard
            key={picture}
            to="/dev/kit"
            title={picture}
            seller="Holm & Søn"
            picture={picture}
            price={{ amount: 4900, currency: "EUR" }}
            rating={{ value: 4.8, count: 212 }}
            onWish={() => undefined}
          />
        ))}
      </div>
    </>
  );
}
