package import ArgumentParser
import IntegrationRuntime
import Store
import Values

/// `reconcile state copy`
package struct StateCopyCommand: WorldCommand {
    package static let configuration = CommandConfiguration(
        commandName: "copy", abstract: "Copy a whole state: a file to a database, back, or to another of its kind.",
        discussion: """
            Stop the runtime first. Everything goes along, secrets as they are encrypted, so ENCRYPTION_KEY is not needed here and stays \
            the same there. TO must be empty; a file is made. FROM is brought to the current schema and not changed otherwise. If the copy \
            is interrupted, run it again: it goes on where it was, and until both sides are known to have the same rows nothing else can \
            use TO. Serve only one of the two afterwards. A password is best kept out of the arguments, which other users of the machine \
            may see: in the file that PGPASSFILE names, or with the whole address in a variable, given as env:NAME.
            """)

    @Argument(help: ArgumentHelp("The state that is there: a file, postgres://…, or env:NAME.", valueName: "from"))
    var from: String

    @Argument(help: ArgumentHelp("Where it is to be as well: a file, postgres://… of an empty database, or env:NAME.", valueName: "to"))
    var to: String

    @Option(help: "How to write what was copied: text or json.")
    var format: DataFormat = .text

    package init() {}

    /// Between two words about how far it has come.
    private static let silence: Duration = .seconds(5)

    package func run(in world: World) async throws {
        let (from, to) = (try Self.location(from, in: world), try Self.location(to, in: world))
        guard from.files.isEmpty || Set(from.files).isDisjoint(with: to.files) else {
            throw CommandError(.usage, "\(from) and \(to) are one state: name another place to copy to")
        }
        let report = try await copy(from, to, in: world)
        CopyOutput(world: world, format: format).write(report, from: from, to: to)
        try world.requireWritten(report.isEqual ? "everything was copied" : "the two states differ")
        if !report.isEqual { throw CommandError(.failure, Self.difference(report, from, to)) }
    }

    /// What an argument names, itself or by a variable.
    private static func location(_ argument: String, in world: World) throws -> StateLocation {
        guard argument.hasPrefix("env:") else { return try StateLocation(argument) }
        guard let text = world.variable(String(argument.dropFirst("env:".count))) else {
            throw CommandError(
                .usage, "\(argument) is no variable that is set: give a file, an address, or the name of a variable with either")
        }
        return try StateLocation(text)
    }

    /// Holds both states, so that nobody serves one of them meanwhile.
    private func copy(_ from: StateLocation, _ to: StateLocation, in world: World) async throws -> CopyReport {
        let sourceLock = try Self.lock(from)
        let source = try Store(at: from, mode: .existing, keyring: nil)
        defer { source.close() }
        return try await Self.holding(source, in: world) {
            let targetLock = try Self.lock(to)
            let target = try Store(at: to, mode: .copyTarget, keyring: nil)
            defer { target.close() }
            let copy = StateCopy(from: source, to: target)
            try await copy.check()
            let report = try await Self.holding(target, in: world) {
                var told = ContinuousClock.now
                return try await copy.run { progress in
                    try Task.checkCancellation()
                    guard told.duration(to: .now) >= Self.silence else { return }
                    told = .now
                    world.errors.line(progress.text)
                }
            }
            withExtendedLifetime((sourceLock, targetLock)) {}
            return report
        }
    }

    private static func holding<Value: Sendable>(
        _ store: Store, in world: World, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let lease: RuntimeLease?
        do {
            lease = try await store.takeRuntimeLease()
        } catch let error as StoreError where error.code == .locked {
            throw held(store.location)
        }
        return try await RuntimePlace.holding(lease) { error in
            guard let error else { return world.errors.line("The place of the one runtime of \(store.location) is renewed again.") }
            world.errors.line("the place of the one runtime of \(store.location) was not renewed, trying again: \(error)")
        } _: {
            try await work()
        }
    }

    private static func lock(_ location: StateLocation) throws(CommandError) -> ServeLock? {
        do {
            return try RuntimePlace.lock(location)
        } catch  where error.status == .locked {
            throw held(location)
        }
    }

    private static func held(_ location: StateLocation) -> CommandError {
        CommandError(.locked, "\(location) is served, or being copied, so nothing was done: end that first, and run this again")
    }

    private static func difference(_ report: CopyReport, _ from: StateLocation, _ to: StateLocation) -> String {
        let names = report.tables.filter { !$0.isEqual }.map(\.name).joined(separator: ", ")
        guard !report.wasFinished else {
            return "\(to) holds a state already, which differs from \(from) in \(names); nothing was written: name a place that is empty"
        }
        return "\(from) and \(to) differ in \(names), so \(to) cannot be used: empty it, and run this again"
    }
}

extension CopyProgress {
    fileprivate var text: String {
        let done =
            switch step {
            case .copying: "Copied"
            case .verifying: "Compared"
            }
        return "\(done) \(rows) of \(total) rows so far; now \(table)."
    }
}
