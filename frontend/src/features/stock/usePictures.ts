import { useQueryClient } from "@tanstack/react-query";
import axios from "axios";
import { useState } from "react";
import { toProblem } from "@/shared/api/problem";
import type { PhotoOut } from "@/shared/api/generated/model";
import { getListSellerProductsQueryKey } from "@/shared/api/generated/offering/offering";
import {
  addPhoto,
  getListPhotosQueryKey,
  orderPhotos,
  photoSent,
  removePhoto,
  useListPhotos,
} from "@/shared/api/generated/pictures/pictures";
import { toast } from "@/shared/kit";

const POLL = 1_000;
const TYPES: Record<string, string> = {
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
  avif: "image/avif",
};

export const KINDS = Object.keys(TYPES).map((ending) => `.${ending}`);

/** A file on its way to the store; `sent` goes from 0 to 1. */
export interface Sending {
  name: string;
  sent: number;
}

/** The pictures of a product, asked for until each was looked at, and what may be done with them. */
export function usePictures(sellerId: string, productId: string) {
  const cache = useQueryClient();
  const [sending, setSending] = useState<Sending[]>([]);
  const key = getListPhotosQueryKey(sellerId, productId);
  const photos = useListPhotos(sellerId, productId, {
    query: {
      refetchInterval: (query) =>
        query.state.data?.data.some(({ state }) => state === "sent") ? POLL : false,
    },
  });

  /** Whatever is refused is said, and the list is as the server has it. */
  async function attempt(work: () => Promise<unknown>) {
    try {
      await work();
    } catch (error) {
      const problem = toProblem(error);
      toast({ title: problem.detail || problem.message, tone: "negative" });
    }
    await cache.invalidateQueries({ queryKey: key });
    void cache.invalidateQueries({ queryKey: [getListSellerProductsQueryKey(sellerId)[0]] });
  }

  /** The file goes to the store itself, which knows no cookies of ours. */
  async function sendOne(file: File) {
    const type = TYPES[file.name.split(".").pop()?.toLowerCase() ?? ""] ?? file.type;
    const tell = (sent: number) =>
      setSending((all) => all.map((one) => (one.name === file.name ? { ...one, sent } : one)));
    const { photo, upload } = await addPhoto(sellerId, productId, { media_type: type, size: file.size });
    await axios.put(upload.url, file, {
      headers: upload.headers,
      withCredentials: false,
      onUploadProgress: ({ loaded }) => tell(loaded / file.size),
    });
    await photoSent(sellerId, productId, photo.id);
  }

  return {
    photos,
    sending,
    send: async (files: File[]) => {
      setSending(files.map(({ name }) => ({ name, sent: 0 })));
      for (const file of files) {
        await attempt(() => sendOne(file));
        setSending((all) => all.filter(({ name }) => name !== file.name));
      }
    },
    arrange: (wanted: readonly PhotoOut[]) => {
      cache.setQueryData(key, { data: wanted });
      return attempt(() =>
        orderPhotos(sellerId, productId, { photos: wanted.map(({ id, alt }) => ({ id, alt })) }),
      );
    },
    remove: (id: string) => attempt(() => removePhoto(sellerId, productId, id)),
  };
}
