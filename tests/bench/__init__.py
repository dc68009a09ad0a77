"""`make bench`: what a ladder costs, how fast functions start and judge, how large they are."""
