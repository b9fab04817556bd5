"""Every formula of the definitions, as pure functions of counts and seconds. None means: there is nothing to say."""
