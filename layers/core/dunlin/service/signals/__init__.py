"""What people and providers did, written down before anything else happens."""
