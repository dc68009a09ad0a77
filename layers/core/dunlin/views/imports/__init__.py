"""What an import says to the person who dropped the file."""
