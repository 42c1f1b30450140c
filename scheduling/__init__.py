"""When: sites, resources, hours, visit types, appointments and what they reserve."""
