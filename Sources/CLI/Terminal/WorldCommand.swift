package import ArgumentParser
import Store

/// A subcommand that does its work in a given world; `run()` gives it the process's own.
package protocol WorldCommand: AsyncParsableCommand {
    func run(in world: World) async throws

    /// Whether it comes to an end by itself, so that a person waits for it and is shown that it goes on.
    static var isAwaited: Bool { get }
}

extension WorldCommand {
    package func run() async throws {
        let status = await perform(in: .process)
        if status != .success { throw ExitCode(status.rawValue) }
    }

    package static var isAwaited: Bool { true }

    /// Runs, prints the reason of a failure, and says how the process is to end; on a terminal it shows progress meanwhile.
    ///
    /// A result that could not be written is a failure, whatever the command has to say with its status alone.
    package func perform(in world: World) async -> ExitStatus {
        guard Self.isAwaited, world.errors.isTerminal else { return await attempt(in: world) }
        let line = ProgressLine(of: "reconcile \(Self._commandName)", on: world.errors)
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { await line.run() }
            let status = await attempt(in: line.interrupted(by: world))
            group.cancelAll()
            return status
        }
    }

    private func attempt(in world: World) async -> ExitStatus {
        do {
            try await run(in: world)
            return written(.success, in: world)
        } catch let error as CommandError {
            guard let message = error.message else { return written(error.status, in: world) }
            world.errors.line("error: \(message)")
            return error.status
        } catch let error as StoreError {
            world.errors.line("error: \(error.message)")
            return error.code == .locked ? .locked : .failure
        } catch {
            world.errors.line("error: \(error)")
            return .failure
        }
    }

    private func written(_ status: ExitStatus, in world: World) -> ExitStatus {
        world.reportsOutputFailure() ? .failure : status
    }
}
