package import ArgumentParser
package import Store
import Values

/// Where the state is and what opens its secrets.
package struct StateOptions: ParsableArguments {
    @Option(
        name: .customLong("state"),
        help: ArgumentHelp(
            "The state: a file, or postgres://… (default: $RECONCILE_STATE, else reconcile.sqlite).", valueName: "state"))
    package var path: String?

    package init() {}

    /// As it was given; the address of a database may hold a password and is not to be shown.
    private func text(in world: World) -> String {
        path ?? world.variable("RECONCILE_STATE") ?? "reconcile.sqlite"
    }

    /// Where the state is; fit to be shown.
    package func location(in world: World) throws(StoreError) -> StateLocation { try StateLocation(text(in: world)) }

    /// Opens the state; without ENCRYPTION_KEY whatever needs a secret fails with how to make one, with a wrong one this does.
    package func open(in world: World, mode: Store.Mode = .existing) throws -> Store {
        try Store(state: text(in: world), mode: mode, keyring: try Self.keyring(in: world))
    }

    /// The same, or nil where there is no state yet.
    package func openIfPresent(in world: World) throws -> Store? {
        do {
            return try open(in: world)
        } catch let error as StoreError where error.code == .missing {
            return nil
        }
    }

    /// Opens the state for what needs none of its secrets, whatever ENCRYPTION_KEY is.
    package func openWithoutKey(in world: World) throws -> Store {
        try Store(state: text(in: world), mode: .existing, keyring: nil)
    }

    /// The keys of the environment; nil where ENCRYPTION_KEY is not set.
    package static func keyring(in world: World) throws(StoreError) -> Keyring? {
        guard let current = world.variable("ENCRYPTION_KEY") else { return nil }
        return try Keyring(current: Secret(current), previous: world.variable("ENCRYPTION_KEY_PREVIOUS").map { Secret($0) })
    }
}

extension StateLocation {
    /// The state and what SQLite and a runtime keep beside it; nothing for a database.
    var files: [String] {
        switch self {
        case .file(let path): ["", "-wal", "-shm", "-journal", ".serve-lock"].map { path + $0 }
        case .database: []
        }
    }
}
