"""Telling who answers for a place, before anything is filed (门前三包自纠): an outbox, a worker, and a webhook."""
