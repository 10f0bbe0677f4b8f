"""Pages of reports and exports."""
