enum PlaceholderRuntime {}
