"""Charts as SVG: where each mark stands is reckoned here, the marks are drawn by templates."""
