import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactElement } from "react";
import { createMemoryRouter, RouterProvider, type RouteObject } from "react-router-dom";
import { Providers } from "@/app/Providers";

/** Shows something as the application would, with a router around it; answers with the person who uses it. */
export function show(element: ReactElement) {
  return showRoutes([{ path: "*", element }], "/");
}

/** Opens a page of real routes. */
export function showRoutes(routes: RouteObject[], at: string) {
  const router = createMemoryRouter(routes, { initialEntries: [at] });
  const shown = render(
    <Providers>
      <RouterProvider router={router} future={{ v7_startTransition: true }} />
    </Providers>,
  );
  return { ...shown, router, person: userEvent.setup() };
}
