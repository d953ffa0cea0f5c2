package import ArgumentParser
package import Store
import Values

/// Where the state is and what opens its secrets.
package struct StateOptions: ParsableArguments {
    @Option(
        name: .customLong("state"),
        help: ArgumentHelp("The state file (default: $RECONCILE_STATE, else reconcile.sqlite).", valueName: "file"))
    package var path: String?

    package init() {}

    package func path(in world: World) -> String {
        path ?? world.variable("RECONCILE_STATE") ?? "reconcile.sqlite"
    }

    /// The state and what SQLite and a runtime keep beside it.
    static func files(of state: String) -> [String] { ["", "-wal", "-shm", "-journal", ".serve-lock"].map { state + $0 } }

    /// Opens the state; without ENCRYPTION_KEY whatever needs a secret fails with how to make one, with a wrong one this does.
    package func open(in world: World, mode: Store.Mode = .existing) throws -> Store {
        try Store(path: path(in: world), mode: mode, keyring: try Self.keyring(in: world))
    }

    /// Opens the state for what needs none of its secrets, whatever ENCRYPTION_KEY is.
    package func openWithoutKey(in world: World) throws -> Store {
        try Store(path: path(in: world), mode: .existing, keyring: nil)
    }

    /// The keys of the environment; nil where ENCRYPTION_KEY is not set.
    package static func keyring(in world: World) throws(StoreError) -> Keyring? {
        guard let current = world.variable("ENCRYPTION_KEY") else { return nil }
        return try Keyring(current: Secret(current), previous: world.variable("ENCRYPTION_KEY_PREVIOUS").map { Secret($0) })
    }
}
