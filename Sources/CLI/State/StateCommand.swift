package import ArgumentParser

/// `reconcile state`
package struct StateCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "state", abstract: "Move a state to another place.", subcommands: [StateCopyCommand.self])

    package init() {}
}
