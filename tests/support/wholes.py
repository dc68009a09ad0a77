"""What provides a whole set of ports at once, in memory or over the outside: for a test that
looks at more of it than any one use case may."""

from dunlin.adapters.dynamo.account_book import DynamoBook
from dunlin.adapters.dynamo.portal_sessions import DynamoPortalSessions
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.portal_sessions import MemoryPortalSessions
from dunlin.adapters.memory.processor import MemoryProcessor
from dunlin.adapters.stripe.processor import StripeProcessor

AccountBook = MemoryBook | DynamoBook
PortalStore = MemoryPortalSessions | DynamoPortalSessions
PaymentProcessor = MemoryProcessor | StripeProcessor
