import { useState } from "react";
import { Button, ThemeMenu } from "@/shared/kit";
import { useFace, type Face } from "@/shared/theme";
import { Controls } from "./Controls";
import { Figures } from "./Figures";
import { Floating } from "./Floating";
import { Goods } from "./Goods";
import { States } from "./States";

const FACES: Record<string, Face> = {
  Nordmarkt: { accent: "oklch(0.42 0.085 165)", displayFont: "fraunces", radius: "round" },
  "Harbour & Vale": { accent: "oklch(0.4 0.09 255)", displayFont: "newsreader", radius: "sharp" },
  "Sunrise Bazaar": { accent: "oklch(0.62 0.19 32)", displayFont: "bricolage-grotesque", radius: "soft" },
};

/** Every part of the kit in its states, in the consoles' face or a marketplace's. */
export function Showcase() {
  const [face, setFace] = useState<string>();
  return (
    <main className="mx-auto max-w-[1280px] px-4 pb-24 lg:px-8">
      <header className="flex flex-wrap items-center justify-between gap-3 border-b border-line py-4">
        <h1 className="heading text-2xl">The kit</h1>
        <div className="flex flex-wrap items-center gap-2">
          <Button size="sm" tone={face ? "secondary" : "soft"} onClick={() => setFace(undefined)}>
            Console
          </Button>
          {Object.keys(FACES).map((name) => (
            <Button
              key={name}
              size="sm"
              tone={face === name ? "soft" : "secondary"}
              onClick={() => setFace(name)}
            >
              {name}
            </Button>
          ))}
          <ThemeMenu />
        </div>
      </header>
      {face && <Wear face={FACES[face]} />}
      <Figures />
      <Controls />
      <Goods />
      <Floating />
      <States />
    </main>
  );
}

function Wear({ face }: { face: Face | undefined }) {
  useFace(face);
  return null;
}
