"""Pages over HTTP: see docs/serving.md. Needs the extra `serve`; nothing else imports this."""
