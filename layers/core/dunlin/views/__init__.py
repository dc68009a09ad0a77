"""What people see, drawn from what the use cases answer: pages, messages, widgets, reports."""
