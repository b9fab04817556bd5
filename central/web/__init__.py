"""The pages: what managers, the chain's lead and IT people see and set up. `create_app` in `app` builds all of it."""
