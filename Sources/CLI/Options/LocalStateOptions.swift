package import ArgumentParser
package import Store

/// The state of a command that works on it directly alone.
///
/// A server that is named for such a command, by flag or by variable, is refused: going on with the file would change or show
/// another state than the one that was meant.
package struct LocalStateOptions: ParsableArguments {
    @OptionGroup package var file: StateOptions

    @Option(help: ArgumentHelp("", visibility: .hidden))
    package var server: String?

    @Option(help: ArgumentHelp("", visibility: .hidden))
    package var token: String?

    package init() {}

    /// Where the state is; a server that is named ends with 64, where `--state` does not say that the file is meant after all.
    package func location(in world: World) throws -> StateLocation {
        try check(in: world)
        return try file.location(in: world)
    }

    private func check(in world: World) throws(CommandError) {
        if server != nil || token != nil {
            throw CommandError(
                .usage,
                "this command works on a state file and not yet at a server, so nothing was done: leave out --server and --token, and run it where the file is, with --state FILE"
            )
        }
        if file.path == nil, world.variable("RECONCILE_SERVER") != nil {
            throw CommandError(
                .usage,
                "RECONCILE_SERVER is set, and this command works on a state file and not yet at a server, so nothing was done: name the file with --state FILE, or unset RECONCILE_SERVER"
            )
        }
    }

    /// Opens the state; without ENCRYPTION_KEY whatever needs a secret fails with how to make one.
    package func open(in world: World, mode: Store.Mode = .existing) throws -> Store {
        try check(in: world)
        return try file.open(in: world, mode: mode)
    }

    /// The same, or nil where there is no state yet.
    package func openIfPresent(in world: World) throws -> Store? {
        try check(in: world)
        return try file.openIfPresent(in: world)
    }

    /// Opens the state for what needs none of its secrets, whatever ENCRYPTION_KEY is.
    package func openWithoutKey(in world: World) throws -> Store {
        try check(in: world)
        return try file.openWithoutKey(in: world)
    }
}
