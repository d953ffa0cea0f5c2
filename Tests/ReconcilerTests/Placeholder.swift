enum PlaceholderReconciler {}
