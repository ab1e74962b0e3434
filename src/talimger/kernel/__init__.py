"""What every room stands on: audit, policies, tenancy, jobs, events, outbox, files, languages. Knows nothing of mentors."""
