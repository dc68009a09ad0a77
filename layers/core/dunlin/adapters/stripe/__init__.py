"""The payment processor: Stripe."""
