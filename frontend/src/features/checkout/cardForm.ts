import type { Problem } from "@/shared/api";

/** What the checkout asks of a gateway's card form. The card itself never leaves the form but for the gateway. */
export interface CardForm {
  /**
   * What stands for the card at the gateway: the same until the card is changed or an answer came, so that an order which was not
   * answered is asked for again word for word. Nothing while something is wrong with the card, which the form then says itself.
   */
  token(): Promise<string | undefined>;
  /** An order with this card was refused: the token is used up. True where the form says why, beside the card. */
  answered(problem: Problem): boolean;
  /** In the demo: a card to try. */
  fill?(number: string): void;
}
