"""The course: exercise notebooks, data sets and their loaders, interactive figures."""
