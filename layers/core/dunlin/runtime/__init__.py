"""What a process needs to run: settings, telemetry, and the wiring of ports to adapters."""
