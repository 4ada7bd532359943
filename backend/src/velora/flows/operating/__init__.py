"""Operating: marketplaces are opened, closed and dressed, and people get the roles to run them. All of it audited."""
