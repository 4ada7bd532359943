import { setupServer } from "msw/node";

/** The API as a test wants it: `server.use(http.get("/api/v1/…", …))`. A request nobody answers fails the test. */
export const server = setupServer();
