"""The learner's bench: worlds of invented people, policies and what they bring. Needs numpy."""
