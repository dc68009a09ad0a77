"""The dashboards' custom widgets."""
