import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useParams } from "react-router-dom";
import type {
  DeliveryState,
  WebhookIn,
  ListWebhookDeliveriesParams,
  WebhookReplayIn,
} from "@/shared/api/generated/model";
import * as all from "@/shared/api/generated/webhooks/webhooks";

type Wanted = Pick<ListWebhookDeliveriesParams, "state" | "cursor" | "limit">;

/** How the endpoints of whoever the page belongs to are asked for: a seller's where the address names one, else the marketplace's. */
export interface Desk {
  /** Where its pages are. */
  at: string;
  list: typeof all.listWebhooks;
  add: typeof all.addWebhook;
  read: typeof all.readWebhook;
  change: (id: string, body: WebhookIn, version: number) => ReturnType<typeof all.changeWebhook>;
  remove: (id: string) => Promise<unknown>;
  rotate: (id: string) => ReturnType<typeof all.rotateWebhookSecret>;
  enable: (id: string) => ReturnType<typeof all.enableWebhook>;
  disable: (id: string) => ReturnType<typeof all.disableWebhook>;
  test: (id: string) => ReturnType<typeof all.testWebhook>;
  deliveries: (id: string, wanted: Wanted) => ReturnType<typeof all.listWebhookDeliveries>;
  delivery: (id: string, event: string) => ReturnType<typeof all.readWebhookDelivery>;
  replay: (id: string, event: string) => ReturnType<typeof all.replayWebhookDelivery>;
  replayFailed: (id: string, body: WebhookReplayIn) => ReturnType<typeof all.replayFailedWebhookDeliveries>;
}

const seen = (version: number) => ({ headers: { "If-Match": `"v${version}"` } });

const ofMarketplace: Desk = {
  at: "/admin/webhooks",
  list: all.listWebhooks,
  add: all.addWebhook,
  read: all.readWebhook,
  change: (id, body, version) => all.changeWebhook(id, body, seen(version)),
  remove: (id) => all.removeWebhook(id),
  rotate: (id) => all.rotateWebhookSecret(id),
  enable: (id) => all.enableWebhook(id),
  disable: (id) => all.disableWebhook(id),
  test: (id) => all.testWebhook(id),
  deliveries: (id, wanted) => all.listWebhookDeliveries(id, wanted),
  delivery: (id, event) => all.readWebhookDelivery(id, event),
  replay: (id, event) => all.replayWebhookDelivery(id, event),
  replayFailed: (id, body) => all.replayFailedWebhookDeliveries(id, body),
};

function ofSeller(seller: string): Desk {
  return {
    at: `/seller/${seller}/webhooks`,
    list: (options) => all.listSellerWebhooks(seller, options),
    add: (body, options) => all.addSellerWebhook(seller, body, options),
    read: (id, options) => all.readSellerWebhook(seller, id, options),
    change: (id, body, version) => all.changeSellerWebhook(seller, id, body, seen(version)),
    remove: (id) => all.removeSellerWebhook(seller, id),
    rotate: (id) => all.rotateSellerWebhookSecret(seller, id),
    enable: (id) => all.enableSellerWebhook(seller, id),
    disable: (id) => all.disableSellerWebhook(seller, id),
    test: (id) => all.testSellerWebhook(seller, id),
    deliveries: (id, wanted) => all.listSellerWebhookDeliveries(seller, id, wanted),
    delivery: (id, event) => all.readSellerWebhookDelivery(seller, id, event),
    replay: (id, event) => all.replaySellerWebhookDelivery(seller, id, event),
    replayFailed: (id, body) => all.replayFailedSellerWebhookDeliveries(seller, id, body),
  };
}

export function useDesk(): Desk {
  const { sellerId } = useParams();
  return useMemo(() => (sellerId ? ofSeller(sellerId) : ofMarketplace), [sellerId]);
}

/** How often a page looks again while something is on its way. */
const EVERY = 2000;

export function useEndpoints() {
  const desk = useDesk();
  return useQuery({ queryKey: [desk.at], queryFn: () => desk.list() });
}

export function useEndpoint(id: string) {
  const desk = useDesk();
  return useQuery({ queryKey: [desk.at, id], queryFn: () => desk.read(id) });
}

export function useDeliveries(id: string, wanted: Wanted) {
  const desk = useDesk();
  return useQuery({
    queryKey: [desk.at, id, "deliveries", wanted],
    queryFn: () => desk.deliveries(id, wanted),
    placeholderData: (before) => before,
    refetchInterval: (query) =>
      query.state.data?.data.some(({ state }) => isOnItsWay(state)) ? EVERY : false,
  });
}

export function useDelivery(id: string, event: string) {
  const desk = useDesk();
  return useQuery({
    queryKey: [desk.at, id, "deliveries", event],
    queryFn: () => desk.delivery(id, event),
    refetchInterval: (query) => (isOnItsWay(query.state.data?.delivery.state) ? EVERY : false),
  });
}

/** Everything about these endpoints is asked anew. */
export function useAskAnew() {
  const desk = useDesk();
  const cache = useQueryClient();
  return () => void cache.invalidateQueries({ queryKey: [desk.at] });
}

function isOnItsWay(state: DeliveryState | undefined): boolean {
  return state === "pending";
}
