"""What a browser must be allowed for Stripe's card fields: the addresses that Stripe documents for its script, and no others."""

from typing import Final

# By directive of the Content-Security-Policy: its script, the frames of its fields and of 3-D Secure, and what the script asks.
ORIGINS: Final = {
    "script-src": ("https://js.stripe.com", "https://*.js.stripe.com"),
    "frame-src": ("https://js.stripe.com", "https://*.js.stripe.com", "https://hooks.stripe.com"),
    "connect-src": ("https://api.stripe.com",),
}
