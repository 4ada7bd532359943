"""Onboarding: an organisation comes to be, hires people, applies to marketplaces, and is let in or not. All of it audited."""
