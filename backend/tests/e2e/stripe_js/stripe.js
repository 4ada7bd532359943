// The documented calls of Stripe's script that the checkout makes, and no more. What is written in a field stays in its frame.
window.Stripe = Object.assign(
  (key) => {
    const frames = new Map();
    let asked = 0;

    window.addEventListener("message", ({ origin, source, data }) => {
      if (origin !== "https://js.stripe.com") return;
      for (const { frame, handlers } of frames.values())
        if (frame.contentWindow === source) for (const handler of handlers[data.event] ?? []) handler(data.said);
    });

    function create(type, { style = {} } = {}, locale) {
      const frame = document.createElement("iframe");
      const handlers = {};
      frame.title = `Secure ${type} input frame`;
      frame.name = `${type}-of-${key}`;
      frame.style.cssText = "border: 0; width: 100%; height: 24px; display: block";
      frame.src = `https://js.stripe.com/field.html#${encodeURIComponent(JSON.stringify({ type, style, locale }))}`;
      const tell = (message) => frame.contentWindow?.postMessage(message, "https://js.stripe.com");
      const element = {
        on: (event, handler) => {
          (handlers[event] ??= []).push(handler);
          return element;
        },
        mount: (place) => place.append(frame),
        update: ({ style: anew }) => tell({ style: anew }),
        focus: () => tell({ focus: true }),
        destroy: () => {
          frame.remove();
          frames.delete(element);
        },
      };
      frames.set(element, { frame, handlers });
      return element;
    }

    return {
      elements: ({ locale } = {}) => ({ create: (type, options) => create(type, options, locale) }),
      createPaymentMethod: ({ card }) =>
        new Promise((answer) => {
          const { frame, handlers } = frames.get(card);
          const number = ++asked;
          const heard = ({ number: of, result }) => {
            if (of !== number) return;
            handlers.answer = handlers.answer.filter((one) => one !== heard);
            answer(result);
          };
          (handlers.answer ??= []).push(heard);
          frame.contentWindow.postMessage({ ask: number, key }, "https://js.stripe.com");
        }),
    };
  },
  { version: "endive" },
);
