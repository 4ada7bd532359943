import { useState } from "react";
import {
  Card,
  Gallery,
  PRODUCT_GRID,
  Price,
  ProductCard,
  ProductCardSkeleton,
  Rating,
  Stars,
  Stepper,
} from "@/shared/kit";
import { Section } from "./Section";

const euros = (amount: number) => ({ amount, currency: "EUR" });

const GOODS = [
  {
    title: "Lund three-seat sofa",
    seller: "Holm & Søn",
    picture: "couch-and-lamp",
    tone: "peach",
    price: euros(114900),
    rating: { value: 4.8, count: 212 },
  },
  {
    title: "Aria enamel teapot 1.2 l",
    seller: "Keramik Kiel",
    picture: "teapot",
    tone: "rose",
    price: euros(3850),
    before: euros(4900),
    rating: { value: 4.9, count: 87 },
  },
  {
    title: "Halo wireless headphones with a name that goes on for longer than anyone would read",
    seller: "Tonwerk",
    picture: "headphone",
    tone: "sky",
    price: euros(12900),
    rating: { value: 4.6, count: 1043 },
    note: "Only 2 left",
  },
] as const;

export function Goods() {
  const [wished, setWished] = useState<string>();
  return (
    <Section title="Goods">
      <div className={PRODUCT_GRID}>
        {GOODS.map((good) => (
          <ProductCard
            key={good.title}
            to="/dev/kit"
            {...good}
            wished={wished === good.title}
            onWish={(on) => setWished(on ? good.title : undefined)}
          />
        ))}
        <ProductCardSkeleton />
      </div>
      <div className="mt-8 grid gap-6 md:grid-cols-2">
        <div className="max-w-sm">
          <Gallery
            pictures={[
              { name: "running-shoe", alt: "Fjell trail runner, dusk", tone: "lilac" },
              { name: "hiking-boot", alt: "Fjell trail runner, earth", tone: "sand" },
              { name: "socks", alt: "Matching socks", tone: "mint" },
            ]}
          />
        </div>
        <div className="grid content-start gap-5">
          <Card>
            <Stepper
              label="Checkout"
              current={2}
              steps={[
                { label: "Address", to: "/dev/kit" },
                { label: "Delivery", to: "/dev/kit" },
                { label: "Payment" },
              ]}
            />
          </Card>
          <Price size="lg" price={euros(9490)} before={euros(11900)} />
          <Rating value={4.74} count={356} />
          <Stars value={3.6} />
        </div>
      </div>
    </Section>
  );
}
