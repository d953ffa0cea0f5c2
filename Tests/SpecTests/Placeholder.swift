enum PlaceholderSpec {}
