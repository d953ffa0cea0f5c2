enum PlaceholderSystem {}
