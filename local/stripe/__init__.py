"""A stand-in for Stripe on this machine: the API the SDK speaks, hosted Checkout, webhooks.

Nothing leaves 127.0.0.1 and no money moves. It refuses what the pinned SDK's API version
refuses, because a stand-in that is kinder than Stripe hides a broken production.
"""

from local.stripe.server import StripeStandIn

__all__ = ["StripeStandIn"]
