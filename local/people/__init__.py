"""The mailboxes and telephones of the people who get messages, as web pages: read, follow a link,
answer, bounce, complain. What is done here reaches the stack as it would from outside.
"""

from local.people.server import PeoplePages, start

__all__ = ["PeoplePages", "start"]
