"""Reference implementations, one module a chapter; they stay with the instructor."""
