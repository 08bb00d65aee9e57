"""What surrounds the pages: Python for the browser, the notebooks, JupyterLite, use without a network."""
