import { z } from "zod";

// Otherwise it looks whether it may compile its checks, which the page's Content-Security-Policy refuses and the browser reports.
z.config({ jitless: true });

export { z };
