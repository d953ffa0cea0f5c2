import ArgumentParser
@main struct Reconcile: AsyncParsableCommand {}
